import { setImmediate } from 'node:timers/promises'

/** After so many milliseconds whoever else wants this thread may have it. */
const BREATH_MS = 50

/** @returns a function to call often; undefined, and nothing to wait for, where it is not time yet */
export function createBreath(): () => Promise<void> | undefined {
  let last = performance.now()

  async function breathe(): Promise<void> {
    await setImmediate()
    last = performance.now()
  }

  return () => (performance.now() - last > BREATH_MS ? breathe() : undefined)
}
