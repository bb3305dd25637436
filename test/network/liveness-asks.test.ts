import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LIVENESS_ASKS_A_SECOND, LIVENESS_LOOK_MS, LIVENESS_SILENT_MS } from '../../src/network/constants.ts'
import { type LivenessOptions, watchLiveness } from '../../src/network/liveness.ts'
import { createRandom } from '../../src/random/random.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** How many connections of so many, all silent, were asked for an answer after some milliseconds each. */
async function askedOf(count: number, times: readonly number[]): Promise<readonly number[]> {
  const asked = new Set<number>()
  const connections = Array.from({ length: count }, (_, i) =>
    Object.assign(new EventTarget(), {
      status: 'open',
      remotePeer: { toString: () => `${i}` },
      newStream: async () => {
        asked.add(i)
        throw new Error('not here')
      },
    }),
  ) as unknown as Connection[]
  const options = { gate: { connections: () => connections }, bytesIn: () => 0, random: createRandom(1) }
  const stopping = new AbortController()
  watchLiveness(options as unknown as LivenessOptions, { signal: stopping.signal })
  const counts: number[] = []
  let now = 0
  for (const time of times) {
    await vi.advanceTimersByTimeAsync(time - now)
    now = time
    counts.push(asked.size)
  }
  stopping.abort()
  return counts
}

test('members of a small swarm are asked after three seconds of silence', async () => {
  const times = [LIVENESS_SILENT_MS - LIVENESS_LOOK_MS, LIVENESS_SILENT_MS]
  expect(await askedOf(10, times)).toEqual([0, 10])
})

test('members of a large one after so many times as long as they are more', async () => {
  const due = (1_000 * 80) / LIVENESS_ASKS_A_SECOND
  expect(await askedOf(80, [LIVENESS_SILENT_MS, due - LIVENESS_LOOK_MS, due])).toEqual([0, 0, 80])
})
