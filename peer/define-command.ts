import type { Command, CommanderError } from 'commander'
import { WrongUsage } from './wrong-usage.ts'

/** Tells the exit code of a command that ended without throwing, where it is not 0. */
export type SetExitCode = (code: number) => void

/** Adds a command with the flags of those that tell people or programs something, and errors that list what is accepted. */
export function defineCommand(program: Command, name: string, description: string): Command {
  return addCommand(program, name, description)
    .option('--json', 'machine output on stdout; everything for people on stderr')
    .option('--quiet', 'nothing for people but errors')
}

/** The same without any flag. */
export function addCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .exitOverride(error => {
      throw sayWhatIsAccepted(error, program.commands.find(command => command.name() === name) ?? program)
    })
}

/** Commander knows what is near to an unknown option; where nothing is, we list what there is. */
export function sayWhatIsAccepted(error: CommanderError, command: Command): Error {
  if (error.code !== 'commander.unknownOption' || error.message.includes('(Did you mean')) return error
  const options = command.createHelp().visibleOptions(command)
  const accepted = options.map(({ long, short }) => long ?? short).join(', ')
  return new WrongUsage(`${error.message.replace(/^error: /, '')}; accepted are ${accepted}`)
}
