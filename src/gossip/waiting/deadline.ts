import { DeadlineError } from '../errors.ts'
import type { AbortOptions, Clock } from '../ports.ts'

/**
 * Runs `body` with a signal that is aborted after `milliseconds`, or when the outer signal is. The timer never outlives
 * the body.
 */
export async function withDeadline<T>(
  clock: Clock,
  milliseconds: number,
  what: string,
  { signal: outer }: AbortOptions,
  body: (options: AbortOptions) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted()
  const controller = new AbortController()
  const cancel = clock.after(milliseconds, () =>
    controller.abort(new DeadlineError(`${what} took longer than ${milliseconds / 1000} s`)),
  )
  const relay = () => controller.abort(outer.reason)
  outer.addEventListener('abort', relay)
  try {
    return await body({ signal: controller.signal })
  } finally {
    cancel()
    outer.removeEventListener('abort', relay)
  }
}
