import type { AbortOptions, Clock } from '../ports.ts'

/**
 * Work that looks at everything, for which many small things are reasons: it is done at once after a quiet spell, and else once for all the
 * reasons that came since the last time, no more often than every so many milliseconds. Its cost a second does not depend on how many there are.
 *
 * @param gap milliseconds from one time to the next
 * @param body is not called any more after the abort
 * @returns says that there is a reason
 */
export function createTurns(clock: Clock, gap: number, body: () => void, { signal }: AbortOptions): () => void {
  let last = Number.NEGATIVE_INFINITY
  let cancel: (() => void) | undefined
  signal.addEventListener('abort', () => cancel?.(), { once: true })

  function turn(): void {
    cancel = undefined
    last = clock.now()
    body()
  }

  return () => {
    if (cancel !== undefined || signal.aborted) return
    const due = last + gap - clock.now()
    if (due <= 0) turn()
    else cancel = clock.after(due, turn)
  }
}
