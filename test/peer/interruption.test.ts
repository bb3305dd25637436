import { expect, onTestFinished, test } from 'vitest'
import { Interrupted, onInterruption } from '../../peer/interruption.ts'

/** SIGBREAK comes on Windows only; that Node tells of it by this name it promises everywhere. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const

test.each(SIGNALS)('%s asks for a clean stop, and says so', name => {
  const before = SIGNALS.map(signal => process.listeners(signal))
  onTestFinished(() => {
    for (const [i, signal] of SIGNALS.entries()) {
      for (const listener of process.listeners(signal)) {
        if (!before[i].includes(listener)) process.removeListener(signal, listener)
      }
    }
  })
  const said: string[] = []
  const stop = onInterruption(line => said.push(line))
  const ours = process.listeners(name).at(-1)
  expect(stop.aborted).toBe(false)
  ours?.(name)
  expect(stop.reason).toBeInstanceOf(Interrupted)
  expect(said).toEqual([expect.stringContaining('stopping cleanly; once more ends at once')])
})
