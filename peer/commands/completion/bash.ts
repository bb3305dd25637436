import type { Completable, CompletableValue } from './completable.ts'

/** For bash 3.2, which macOS has, and later: without bash-completion, and without `compopt` where there is none. */
export function bashScript(program: Completable): string {
  const { name } = program
  const commands = program.commands.map(command => command.name)
  return `# bash completion for ${name}; see: ${name} completion --help

_${name}() {
  # Bash hands over what follows the last = or : as a word of its own.
  local current=$2 previous=$3 choices= IFS=$' \\t\\n'
  [[ $previous == '=' ]] && previous=\${COMP_WORDS[COMP_CWORD - 2]}
  [[ $current == '' && \${COMP_WORDS[COMP_CWORD]} == '=' ]] && previous=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # An empty reply has bash complete files, as after csv: of a source.
  [[ $previous == ':' || \${COMP_WORDS[COMP_CWORD]} == ':' ]] && return
  if ((COMP_CWORD == 1)); then
    choices='${[...commands, ...optionNames(program)].join(' ')}'
  else
    case "\${COMP_WORDS[1]} $previous" in
${program.commands.flatMap(valueCases).join('\n')}
    *)
      case \${COMP_WORDS[1]} in
${program.commands.map(wordCase).join('\n')}
      esac
      ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *: ]]; then compopt -o nospace 2>/dev/null; fi
}

complete -o default -F _${name} ${name}
`
}

/** What is done after each of a command's options that takes a value. */
function valueCases({ name, options }: Completable): string[] {
  return options.flatMap(({ names, value }) =>
    value === undefined ? [] : [`    ${names.map(option => `'${name} ${option}'`).join(' | ')}) ${doneFor(value)} ;;`],
  )
}

function doneFor({ choices, files }: CompletableValue): string {
  if (choices.length > 0) return `choices='${choices.join(' ')}'`
  return files ? 'return' : NO_FILES
}

/** Has nothing completed. */
const NO_FILES = 'compopt +o default 2>/dev/null; return'

/** What is done where no option waits for its value. */
function wordCase(command: Completable): string {
  const options = `choices='${optionNames(command).join(' ')}'`
  const argument = command.argument === undefined ? options : doneFor(command.argument)
  return `      ${command.name}) if [[ $current == -* ]]; then ${options}; else ${argument}; fi ;;`
}

function optionNames({ options }: Completable): string[] {
  return options.flatMap(({ names }) => names)
}
