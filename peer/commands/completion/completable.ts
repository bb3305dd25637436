import type { Argument, Command, Option } from 'commander'
import type { RuleNames } from '../../names.ts'
import { acceptedValues } from './accepted-values.ts'

/** What may be typed after an option, or as an argument. */
export interface CompletableValue {
  /** As help writes it, such as `FILE`. */
  readonly name: string
  /** What is accepted; one that ends in a colon is followed by something. */
  readonly choices: readonly string[]
  readonly files: boolean
}

export interface CompletableOption {
  /** The long ones. */
  readonly names: readonly string[]
  readonly description: string
  /** Absent for a switch. */
  readonly value?: CompletableValue
}

/** A command, or the program as a whole, as a shell must know it. */
export interface Completable {
  readonly name: string
  readonly description: string
  readonly options: readonly CompletableOption[]
  /** Absent where no argument is taken. Of several, which no command of ours takes, the first. */
  readonly argument?: CompletableValue
  readonly commands: readonly Completable[]
}

/** What the help of a program shows, its commands included. */
export function completableOf(command: Command, rules: RuleNames): Completable {
  const help = command.createHelp()
  const [argument] = command.registeredArguments
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(option => completableOption(command, option, rules)),
    argument: argument && completableArgument(argument),
    commands: help.visibleCommands(command).map(child => completableOf(child, rules)),
  }
}

function completableOption(command: Command, option: Option, rules: RuleNames): CompletableOption {
  // Commander keeps the first of two long names as the short one.
  const names = [option.short, option.long].filter(name => name?.startsWith('--') === true) as string[]
  const { description } = option
  if (!option.required && !option.optional) return { names, description }
  const name = option.flags.replace(/^[^<[]*[<[]|[\]>]$/g, '')
  const choices = acceptedValues(command.name(), option, rules)
  return { names, description, value: { name, choices, files: namesFile(name) } }
}

function completableArgument(argument: Argument): CompletableValue {
  const choices = argument.argChoices ?? []
  return { name: argument.name(), choices, files: choices.length === 0 }
}

function namesFile(placeholder: string): boolean {
  return /FILE|DIR|PATH|SOURCE/.test(placeholder)
}
