import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { BY_CATALOGUE } from '../../peer/commands/completion/accepted-values.ts'
import { SHELLS, type Shell } from '../../peer/commands/completion/shells.ts'
import { buildProgram } from '../../peer/program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
folder.write('mine.csv', 'x,label\n1,yes\n')

const program = await buildProgram(['completion'], () => {})
const scripts = {} as Record<Shell, string>
const files = {} as Record<Shell, string>

beforeAll(async () => {
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await warmHearsay('completion', shell)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    scripts[shell] = stdout
    files[shell] = folder.write(`completion.${shell}`, stdout)
  }
})

/** How each shell is asked what it makes of a line: programs that print a candidate a line. */
const ASKS: Readonly<Record<Shell, (script: string, line: string) => readonly [string, ...string[]]>> = {
  bash: (script, line) => [
    'bash',
    '--norc',
    '-c',
    `source "$1"
     # As readline splits a line: at blanks, and at = and :, which are words.
     read -ra COMP_WORDS <<<"$(sed -E 's/([=:])/ \\1 /g' <<<"$2")"
     [[ $2 == *' ' ]] && COMP_WORDS+=('')
     COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
     word=\${COMP_WORDS[COMP_CWORD]}
     [[ $word == [=:] ]] && word=
     _hearsay hearsay "$word" "\${COMP_WORDS[COMP_CWORD - 1]}"
     printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
    script,
    line,
  ],
  zsh: (script, line) => ['zsh', '-f', '-c', ZSH_IN_A_TERMINAL, 'zsh', script, line],
  fish: (script, line) => ['fish', '--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', script, line],
}

/** Zsh completes only in a terminal: an inner one, whose candidates are printed between two marks. */
const ZSH_IN_A_TERMINAL = String.raw`
  zmodload zsh/zpty
  cat > $1.inner <<'END'
    PS1=; autoload -Uz compinit; compinit -D -u
    compadd() {
      if [[ " $* " == *' -'[OAD]' '* ]]; then builtin compadd "$@"; return; fi
      local -a hits; builtin compadd -A hits "$@"
      (( $#hits )) && print -rl -- $hits
      builtin compadd "$@"
    }
    finish() { print -r -- END; exit }
    begin() { print -r -- BEGIN; comppostfuncs=(finish); zle complete-word; finish }
    zle -C complete-word complete-word _main_complete
    zle -N begin; bindkey '^I' begin
END
  zpty inner zsh -f -i
  zpty -w inner "source $1.inner; source $1; stty -echo; print READY''"
  zpty -r -m inner said $'*READY\r\n*'
  zpty -w -n inner "$2"$'\t'
  zpty -r -m inner said $'*END\r\n*'
  said=$\{said#*BEGIN$'\r\n'}
  print -rn -- $\{$\{said%%END*}//$'\r'}
`.replaceAll('$\\{', '${')

const isThere = (shell: Shell) => spawnSync(shell, ['-c', 'true']).status === 0

describe.each(SHELLS)('%s', shell => {
  const missing = !isThere(shell)
  if (missing) process.stderr.write(`${shell} is not installed: what it completes is not tested\n`)

  test.skipIf(missing).each([
    ['hearsay pe', ['peer']],
    ['hearsay --ver', ['--version']],
    ['hearsay peer --dash', ['--dashboard']],
    // What is refused is not offered.
    ['hearsay peer --topo', []],
    ['hearsay simulate --engine ', ['libp2p', 'matrix', 'virtual']],
    ['hearsay simulate --peers 5 --engine ma', ['matrix']],
    ['hearsay swarm --topology ba', ['base-k:']],
    ['hearsay swarm --topology=ba', ['base-k:']],
    ['hearsay swarm --aggregator ', ['clipped', 'clipped:', 'mean']],
    ['hearsay swarm --rule ad', ['adpsgd']],
    ['hearsay peer --backend tfjs-', ['tfjs-node', 'tfjs-node-gpu']],
    ['hearsay peer --steps-', []],
    ['hearsay completion ', ['bash', 'fish', 'zsh']],
    ['hearsay peer --steps mi', []],
  ])('%j', async (line, expected) => {
    expect(await asked(shell, line)).toEqual(expected)
  })
})

async function asked(shell: Shell, line: string): Promise<string[]> {
  const [command, ...args] = ASKS[shell](files[shell], line)
  const { stdout } = await promisify(execFile)(command, args, { cwd: folder.path, timeout: 20_000 })
  const candidates = stdout.split('\n').map(text => text.replace(/\t.*/, '').replace(/^--topology=/, ''))
  return candidates.filter(text => text !== '').sort()
}

test.each(SHELLS)('%s knows every command, and of each every option that its help shows', shell => {
  for (const command of program.commands) {
    expect(scripts[shell]).toContain(command.name())
    for (const { long } of command.createHelp().visibleOptions(command)) {
      // As the three write it: in words, before a description, without its dashes.
      const name =
        shell === 'fish' ? `__hearsay_command_is ${command.name()}' .*-l ${long?.slice(2)} ` : `${long}(?![\\w-])`
      expect(partOf(scripts[shell], shell, command.name()), command.name()).toMatch(new RegExp(name))
    }
  }
})

/** What a script says of one command. */
function partOf(script: string, shell: Shell, command: string): string {
  const lines = script.split('\n')
  const begins = new RegExp(
    shell === 'zsh' ? `^ +${command}\\)$` : `__hearsay_command_is ${command}'|^ +${command}\\) if`,
  )
  if (shell !== 'zsh') return lines.filter(line => begins.test(line)).join('\n')
  const from = lines.findIndex(line => begins.test(line))
  return lines.slice(from, lines.indexOf('      ;;', from)).join('\n')
}

test.each(['zsh', 'fish'] as const)('%s says what commands and options are for', shell => {
  expect(scripts[shell]).toContain('take part in a swarm with data of your own')
  expect(scripts[shell]).toContain('have the router open a port for this peer while it runs')
  // Quotes and brackets are what scripts are made of, too.
  expect(scripts[shell].replaceAll(/\\|'/g, '')).toContain('this peers copy of the file')
})

test('every option whose values the catalogue has is one of the program', () => {
  const known = program.commands.flatMap(command => command.options.map(({ long }) => long))
  expect(known).toEqual(expect.arrayContaining(Object.keys(BY_CATALOGUE)))
})

test('a shell for which there is none is refused with those for which there is one', async () => {
  const { code, stdout, stderr } = await warmHearsay('completion', 'tcsh')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe("hearsay: SHELL cannot be 'tcsh'; accepted are bash, zsh, fish\n")
})
