import { CommanderError } from 'commander'
import { plainMessage } from './commander-message.ts'
import { DONE, FAILED, INTERRUPTED, NOT_IN_MODEL, WRONG_USAGE } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { Interrupted } from './interruption.ts'
import { asksForJsonLog, logNodeWarnings, writeJsonLog } from './json-log.ts'
import { NotInModel } from './not-in-model.ts'
import { buildProgram } from './program.ts'
import { WrongUsage } from './wrong-usage.ts'

/** Runs the command line and ends the process with the exit code that tells how it went. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader may have read enough, as `head` has: nothing to complain of. A command that runs for long stops by itself then.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  const isJson = asksForJsonLog(args)
  const say: Say = isJson ? text => writeJsonLog('error', text) : sayOnStderr
  if (isJson) logNodeWarnings()
  // Node ends a process in which nothing can happen any more, whatever is still awaited.
  process.once('beforeExit', () => {
    process.exit(complain('ended without a result; this is a bug of hearsay, please report the command', FAILED, say))
  })
  const code = await run(args, say)
  // Output to a pipe may still be under way.
  await Promise.all(
    [process.stdout, process.stderr].map(stream => new Promise<void>(done => stream.write('', () => done()))),
  )
  process.exit(code)
}

/** Tells people of an error. */
type Say = (text: string) => void

async function run(args: readonly string[], say: Say): Promise<number> {
  let code = DONE
  try {
    const program = await buildProgram(args, chosen => {
      code = chosen
    })
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return await report(error, say)
  }
}

async function report(error: unknown, say: Say): Promise<number> {
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

function complain(message: string, code: number, say: Say): number {
  // One line, but for a list.
  say(`hearsay: ${message.trim().replaceAll(/\s*\n(?! {2})\s*/g, ' ')}`)
  return code
}

function sayOnStderr(text: string): void {
  process.stderr.write(`${text}\n`)
}
