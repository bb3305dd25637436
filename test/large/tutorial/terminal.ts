import { spawn, spawnSync } from 'node:child_process'
import { createEmulatedTerminal } from '../../peer/live/emulated-terminal.ts'

/** The line to paste does not break then: an invitation is long. */
const COLUMNS = 1_000
const ROWS = 50

/** Whatever a busy machine takes for one line of the tutorial; five peers that learn digits, and then each alone, are one of them. */
const DEADLINE_MS = 240_000

/** Printed before each prompt, where no terminal shows it. */
const ENDED = '\u001b]777;'

/** The exit codes of the lines that have ended. */
function endsIn(raw: string): number[] {
  const ends = raw.split(ENDED).slice(1)
  return ends.map(text => Number.parseInt(text, 10))
}

/** For the names of tests that are skipped without one. */
export const terminalsMissing =
  spawnSync('script', ['--version']).status === 0 ? '' : ' (skipped: needs script of util-linux)'

/** A shell in a terminal, and somebody at its keyboard. */
export interface Terminal {
  /** Types lines, once what was typed before has ended. */
  type(lines: string): Promise<void>
  /** What stands in it since it was last typed into. */
  text(): Promise<string>
  /** Resolves once what stands there is so; rejects with it where what was typed has ended without. */
  shows(what: (text: string) => boolean): Promise<void>
  /** Resolves with the exit codes of all lines so far, once the last has ended. */
  ended(): Promise<readonly number[]>
  close(): void
}

/**
 * @param within the beginning of a command that runs the rest of it somewhere else
 * @param environment what this shell has beside PATH and HOME
 */
export async function openTerminal(
  cwd: string,
  within: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Terminal> {
  const [command, ...args] = [...within, 'script', '-qfec', 'exec bash --norc --noprofile', '/dev/null']
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    // As where a person sits: with colours, and none of what the tests' own processes are told.
    env: {
      ...environment,
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      PS1: '$ ',
      PROMPT_COMMAND: String.raw`printf '\033]777;%s\007' $?`,
    },
  })
  const screen = createEmulatedTerminal(COLUMNS, ROWS)
  const watchers = new Set<() => void>()
  const codes: number[] = []
  let raw = ''
  let typed = 0
  /** The first line of the terminal that comes after what was typed last. */
  let from = 0
  let isOver = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen.stream.write(text)
    raw += text
    codes.splice(0, codes.length, ...endsIn(raw))
    for (const look of watchers) look()
  })
  child.on('close', () => {
    isOver = true
    for (const look of watchers) look()
  })

  async function text(): Promise<string> {
    return (await screen.lines()).slice(from).join('\n')
  }

  async function until(isSo: () => boolean | Promise<boolean>, isLost = () => isOver): Promise<void> {
    const deadline = AbortSignal.timeout(DEADLINE_MS)
    while (!(await isSo())) {
      if (isLost() || deadline.aborted) throw new Error(`the terminal shows\n${await text()}`)
      await new Promise<void>(resolve => {
        const look = () => {
          watchers.delete(look)
          deadline.removeEventListener('abort', look)
          resolve()
        }
        watchers.add(look)
        deadline.addEventListener('abort', look)
      })
    }
  }

  /** Its first prompt is the end of no line; each line that is typed has one. */
  const isAtPrompt = () => codes.length > typed

  const terminal: Terminal = {
    async type(lines) {
      for (const line of lines.split('\n')) {
        await until(isAtPrompt)
        from = (await screen.lines()).length
        typed += 1
        child.stdin.write(`${line}\n`)
      }
    },
    text,
    shows: what =>
      until(
        async () => what(await text()),
        () => isOver || isAtPrompt(),
      ),
    async ended() {
      await until(isAtPrompt)
      return codes.slice(1)
    },
    close: () => void child.kill('SIGHUP'),
  }
  await terminal.type(`cd ${cwd}`)
  await terminal.type(`stty cols ${COLUMNS} rows ${ROWS}`)
  return terminal
}
