import { complain, complainOf, type Say, sayOnStderr } from './complain.ts'
import { DONE, FAILED } from './exit-codes.ts'
import { asksForJsonLog, logNodeWarnings, writeJsonLog } from './json-log.ts'
import { buildProgram } from './program.ts'

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

async function run(args: readonly string[], say: Say): Promise<number> {
  let code = DONE
  try {
    const program = await buildProgram(args, chosen => {
      code = chosen
    })
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return await complainOf(error, say)
  }
}
