import type { Completable, CompletableOption, CompletableValue } from './completable.ts'

/** For fish 3 and later. */
export function fishScript(program: Completable): string {
  const { name } = program
  const lines = [
    ...program.options.map(option => optionLine(name, `__${name}_command_is ''`, option)),
    ...program.commands.map(
      command =>
        `complete -c ${name} -n "__${name}_command_is ''" -a ${quoted(command.name)} -d ${quoted(command.description)}`,
    ),
    ...program.commands.flatMap(command => commandLines(name, command)),
  ]
  return `# fish completion for ${name}; see: ${name} completion --help

function __${name}_command_is
  set -l words (commandline -opc) ''
  test "$words[2]" = "$argv[1]"
end

complete -c ${name} -f
${lines.join('\n')}
`
}

function commandLines(program: string, command: Completable): string[] {
  const condition = `__${program}_command_is ${command.name}`
  const options = command.options.map(option => optionLine(program, condition, option))
  const { argument } = command
  return argument === undefined
    ? options
    : [...options, `complete -c ${program} -n ${quoted(condition)}${valueFlags(argument)}`]
}

function optionLine(program: string, condition: string, { names, description, value }: CompletableOption): string {
  const long = names.map(name => ` -l ${name.slice(2)}`).join('')
  const needed = value === undefined ? '' : ` -r${valueFlags(value)}`
  return `complete -c ${program} -n ${quoted(condition)}${long}${needed} -d ${quoted(description)}`
}

function valueFlags({ choices, files }: CompletableValue): string {
  return `${files ? ' -F' : ' -f'}${choices.length > 0 ? ` -a ${quoted(choices.join(' '))}` : ''}`
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}
