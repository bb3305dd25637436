import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { MAX_MEMBERS } from '../../../src/gossip/constants.ts'
import { AVOIDANCE_MS, createAvoidedPeers } from '../../../src/gossip/streams/avoided-peers.ts'

function create() {
  const clock = createVirtualClock()
  return {
    ...createAvoidedPeers(clock),
    async wait(milliseconds: number) {
      const end = clock.now() + milliseconds
      clock.after(milliseconds, () => {})
      await clock.run(() => clock.now() >= end)
    },
  }
}

test('a peer is avoided for a while, and no other is', async () => {
  const { avoid, has, wait } = create()
  avoid('a')
  expect([has('a'), has('b')]).toEqual([true, false])
  await wait(AVOIDANCE_MS - 1)
  expect(has('a')).toBe(true)
  await wait(1)
  expect(has('a')).toBe(false)
})

test('a peer is avoided for the first time once', async () => {
  const { avoid, wait } = create()
  expect(avoid('a')).toBe(true)
  expect(avoid('a')).toBe(false)
  await wait(10 * AVOIDANCE_MS)
  expect(avoid('a')).toBe(false)
  expect(avoid('b')).toBe(true)
})

test('no more peers are remembered than a swarm may have, the latest of them', () => {
  const { avoid, has } = create()
  for (let i = 0; i <= MAX_MEMBERS; i++) avoid(`peer-${i}`)
  expect([has('peer-0'), has('peer-1'), has(`peer-${MAX_MEMBERS}`)]).toEqual([false, true, true])
})
