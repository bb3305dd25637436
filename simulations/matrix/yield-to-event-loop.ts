import { setImmediate } from 'node:timers/promises'

/** Milliseconds after which other work on this thread gets its turn. */
const YIELD_INTERVAL_MS = 50

/** @returns a function to call often; undefined, and nothing to wait for, where it is not time yet */
export function createYieldToEventLoop(): () => Promise<void> | undefined {
  let last = performance.now()

  async function yieldNow(): Promise<void> {
    await setImmediate()
    last = performance.now()
  }

  return () => (performance.now() - last > YIELD_INTERVAL_MS ? yieldNow() : undefined)
}
