import { CommanderError } from 'commander'
import { plainMessage } from './commander-message.ts'
import { DONE, FAILED, INTERRUPTED, NOT_IN_MODEL, WRONG_USAGE } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { Interrupted } from './interruption.ts'
import { NotInModel } from './not-in-model.ts'
import { WrongUsage } from './wrong-usage.ts'

/** Tells people of an error. */
export type Say = (text: string) => void

export function sayOnStderr(text: string): void {
  process.stderr.write(`${text}\n`)
}

/**
 * Tells people of what ended a command.
 *
 * @returns the exit code
 */
export async function complainOf(error: unknown, say: Say): Promise<number> {
  const fail = (message: string, code: number) => complain(message, code, say)
  if (error instanceof Interrupted) return INTERRUPTED
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return DONE
    return fail(plainMessage(error.message), WRONG_USAGE)
  }
  if (error instanceof WrongUsage) return fail(error.message, WRONG_USAGE)
  if (error instanceof Failure) return fail(error.message, FAILED)
  if (error instanceof NotInModel) return fail(error.message, NOT_IN_MODEL)
  // Loaded already where one of its errors was thrown.
  const { HearsayError, UsageError } = await import('../src/index.ts')
  if (error instanceof UsageError) return fail(error.message, WRONG_USAGE)
  if (error instanceof HearsayError) return fail(error.message, FAILED)
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return fail('this is a bug of hearsay, not your mistake; please report it with the lines above', FAILED)
}

/** @returns the exit code */
export function complain(message: string, code: number, say: Say): number {
  // One line, but for a list.
  say(`hearsay: ${message.trim().replaceAll(/\s*\n(?! {2})\s*/g, ' ')}`)
  return code
}
