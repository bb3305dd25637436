import type { Completable, CompletableOption, CompletableValue } from './completable.ts'

/** To be sourced after `compinit`, or kept as `_hearsay` in a folder of `fpath`. */
export function zshScript(program: Completable): string {
  const { name } = program
  const described = program.commands.map(command =>
    quoted(`${command.name}:${command.description.replaceAll(/[\\:]/g, String.raw`\$&`)}`),
  )
  return `#compdef ${name}
# zsh completion for ${name}; see: ${name} completion --help

# The values that an option accepts; after a colon, a file.
_${name}_values() {
  if compset -P '*:'; then _files; return; fi
  local value
  for value; do
    if [[ $value == *: ]]; then compadd -S '' -- $value; else compadd -- $value; fi
  done
}

_${name}() {
  local curcontext=$curcontext state line
  local -A opt_args
  local -a commands=(
    ${described.join('\n    ')}
  )
  _arguments -C \\
    ${[...program.options.map(optionSpec(name)), "'1: :->command'", "'*:: :->words'"].join(' \\\n    ')} && return
  case $state in
  command) _describe command commands ;;
  words)
    case $words[1] in
${program.commands.map(command => commandCase(name, command)).join('\n')}
    esac
    ;;
  esac
}

if [[ \${funcstack[1]} == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`
}

function commandCase(program: string, command: Completable): string {
  const { argument } = command
  const specs = [
    ...command.options.map(optionSpec(program)),
    ...(argument === undefined ? [] : [quoted(`*${valueSpec(program, argument)}`)]),
  ]
  return `    ${command.name})
      _arguments \\
        ${specs.join(' \\\n        ')}
      ;;`
}

/** Of an option, which may be repeated as far as a shell knows. */
function optionSpec(program: string): (option: CompletableOption) => string {
  return ({ names, description, value }) => {
    const explained = `[${description.replaceAll(/[\\[\]]/g, String.raw`\$&`)}]`
    return names
      .map(name =>
        quoted(value === undefined ? `*${name}${explained}` : `*${name}=${explained}${valueSpec(program, value)}`),
      )
      .join(' ')
  }
}

function valueSpec(program: string, { name, choices, files }: CompletableValue): string {
  const message = name.replaceAll(/[\\:]/g, String.raw`\$&`)
  if (choices.length === 0) return `:${message}:${files ? '_files' : ' '}`
  // The blank keeps _arguments from putting flags of its own among the values.
  return `:${message}: _${program}_values ${choices.map(choice => choice.replaceAll(':', String.raw`\:`)).join(' ')}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
