import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { MAX_MEMBERS } from '../../../src/gossip/constants.ts'
import { createLeftAlone, LEFT_ALONE_MS } from '../../../src/gossip/streams/left-alone.ts'

function create() {
  const clock = createVirtualClock()
  return {
    ...createLeftAlone(clock),
    async wait(milliseconds: number) {
      const end = clock.now() + milliseconds
      clock.after(milliseconds, () => {})
      await clock.run(() => clock.now() >= end)
    },
  }
}

test('a peer is left alone for a while, and no other is', async () => {
  const { leave, has, wait } = create()
  leave('a')
  expect([has('a'), has('b')]).toEqual([true, false])
  await wait(LEFT_ALONE_MS - 1)
  expect(has('a')).toBe(true)
  await wait(1)
  expect(has('a')).toBe(false)
})

test('a peer is news once', async () => {
  const { leave, wait } = create()
  expect(leave('a')).toBe(true)
  expect(leave('a')).toBe(false)
  await wait(10 * LEFT_ALONE_MS)
  expect(leave('a')).toBe(false)
  expect(leave('b')).toBe(true)
})

test('no more peers are remembered than a swarm may have, the latest of them', () => {
  const { leave, has } = create()
  for (let i = 0; i <= MAX_MEMBERS; i++) leave(`peer-${i}`)
  expect([has('peer-0'), has('peer-1'), has(`peer-${MAX_MEMBERS}`)]).toEqual([false, true, true])
})
