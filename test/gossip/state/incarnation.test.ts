import { expect, test } from 'vitest'
import { createIncarnation } from '../../../src/gossip/state/incarnation.ts'
import { createRandom } from '../../../src/random/random.ts'
import { checkpoint } from '../../../src/testing/sample-checkpoint.ts'

const start = { swarm: checkpoint.swarm, self: checkpoint.peer, now: 5, random: createRandom(1) }

test('a life announces and begins exchanges under numbers that no earlier one has used, whatever the clock says', () => {
  const { nextSequence, nextExchangeId } = createIncarnation(start, { ...checkpoint, sequence: 1_000 })
  expect([nextSequence(), nextExchangeId(), nextExchangeId()]).toEqual([1_002, 'rt.0', 'rt.1'])
})

test('that exchanges were lost is known to every later life', () => {
  expect(createIncarnation(start, checkpoint).durable()).not.toHaveProperty('lostExchanges')
  const { lostExchanges, durable } = createIncarnation(start, { ...checkpoint, lostExchanges: true })
  expect([lostExchanges, durable().lostExchanges]).toEqual([true, true])
})
