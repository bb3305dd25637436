import { expect, test } from 'vitest'
import { createIncarnation } from '../../../src/gossip/state/incarnation.ts'
import { createRandom } from '../../../src/random/random.ts'
import { checkpoint } from '../../../src/testing/sample-checkpoint.ts'

const start = { swarm: checkpoint.swarm, self: checkpoint.peer, now: 5, random: createRandom(1) }

test('a life announces and begins exchanges under numbers that no earlier one has used, whatever the clock says', () => {
  const { nextSequence, nextExchangeId } = createIncarnation(start, { ...checkpoint, sequence: 1_000 })
  expect([nextSequence(), nextExchangeId(), nextExchangeId()]).toEqual([1_002, 'rt-5.0', 'rt-5.1'])
})

test('of two lives that go on from one checkpoint each begins exchanges under ids of its own', () => {
  const lives = [5, 6, 2_000].map(now => createIncarnation({ ...start, now }, { ...checkpoint, sequence: 1_000 }))
  expect(lives.map(({ nextExchangeId }) => nextExchangeId())).toEqual(['rt-5.0', 'rt-6.0', '1jk.0'])
})

test('that exchanges were lost is known to every later life', () => {
  expect(createIncarnation(start, checkpoint).durable()).not.toHaveProperty('lostExchanges')
  const { lostExchanges, durable } = createIncarnation(start, { ...checkpoint, lostExchanges: true })
  expect([lostExchanges, durable().lostExchanges]).toEqual([true, true])
})
