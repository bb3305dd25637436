import { INTERRUPTED } from './exit-codes.ts'

/** Somebody asked to stop; everything was ended cleanly. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/**
 * Listens for Ctrl-C and SIGTERM from now on; on Windows, where nothing sends that, for Ctrl-Break. The first asks for a clean stop, the second ends the process at once.
 *
 * @returns aborted with {@link Interrupted} at the first
 */
export function onInterruption(say: (line: string) => void): AbortSignal {
  const controller = new AbortController()
  function interrupt(why: string): void {
    if (controller.signal.aborted) process.exit(INTERRUPTED)
    say(`${why}: stopping cleanly; once more ends at once`)
    controller.abort(new Interrupted())
  }
  process.on('SIGINT', () => interrupt('interrupted'))
  process.on('SIGTERM', () => interrupt('asked to end'))
  process.on('SIGBREAK', () => interrupt('asked to end'))
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      // The reader of the output has gone, as `head` does; what follows has no reader either.
      if (!controller.signal.aborted) controller.abort(new Interrupted())
    })
  }
  return controller.signal
}
