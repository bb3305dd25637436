import type { Command } from 'commander'
import { allowModuleOption } from './allow-module.ts'
import { file, fileOrFolder, folder } from './flag-values.ts'
import { WrongUsage } from './wrong-usage.ts'

/** Gives a command the ways to say which model it is about; see {@link modelPath}. */
export function takesModel(command: Command): Command {
  return command
    .argument(
      '[MODEL]',
      "a file of safetensors or a folder, as hearsay export writes them, or a peer's state folder",
      fileOrFolder,
    )
    .option('--state <DIR>', 'the state folder of a peer, in place of MODEL', folder)
    .option('--model-file <FILE>', "your copy of the file that the recipe's model is made from", file)
    .addOption(allowModuleOption())
}

/** Where the model lies that a command is about: one of two ways to say it. */
export function modelPath(given: string | undefined, state: string | undefined): string {
  if (given !== undefined && state !== undefined) {
    throw new WrongUsage('a MODEL and --state are two ways to say which model; choose one')
  }
  const model = given ?? state
  if (model !== undefined) return model
  throw new WrongUsage("no model; expected a file or a folder that hearsay export has written, or a peer's --state DIR")
}
