import { WrongUsage } from './wrong-usage.ts'

/** Where the model lies that a command is about: one of two ways to say it. */
export function modelPath(given: string | undefined, state: string | undefined): string {
  if (given !== undefined && state !== undefined) {
    throw new WrongUsage('a MODEL and --state are two ways to say which model; choose one')
  }
  const model = given ?? state
  if (model !== undefined) return model
  throw new WrongUsage("no model; expected a file or a folder that hearsay export has written, or a peer's --state DIR")
}
