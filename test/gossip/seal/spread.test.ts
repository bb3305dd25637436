import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createSketcher } from '../../../src/averaging/sketch.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createSpread } from '../../../src/gossip/seal/spread.ts'
import type { ContributionState } from '../../../src/gossip/state/contribution.ts'
import { createReplica } from '../../../src/gossip/state/replica.ts'
import { announcementOf } from '../announcements.ts'

const LENGTH = 64
const sketcher = createSketcher(LENGTH, SKETCH_BUCKETS, 1)
const sketchOf = (value: number) => sketcher.sketch(new Float32Array(LENGTH).fill(value))

/** A peer of ones whose storage keeps what it has of others, in a swarm of twos. */
function peerThatKeeps() {
  const kept: ContributionState[] = []
  const storage = {
    begun: true,
    save: async () => void kept.push(replica.contribution.state()),
    append: async () => {},
  }
  const replica = createReplica({ parameters: new Float32Array(LENGTH).fill(1), step: 0, age: 0 }, storage)
  const membership = createMembership(createVirtualClock())
  const spread = createSpread(replica, { sketch: () => sketcher.sketch(replica.parameters) }, membership)
  return {
    kept,
    async averagesWith(peer: string) {
      membership.hear(peer, announcementOf({ sketch: sketchOf(2) }))
      replica.contribution.exchanged(peer, undefined, true)
      spread.measure()
      await replica.flushed()
    },
  }
}

test('whom a peer has averaged with, and how far they were, is kept at once', async () => {
  const { kept, averagesWith } = peerThatKeeps()
  await averagesWith('a')
  expect(kept).toHaveLength(1)
  expect(Object.keys(kept[0].averaged)).toEqual(['a'])
  // Eight for 64 ones, as far as a sketch says.
  expect(kept[0].spread).toBeGreaterThan(6)
  expect(kept[0].spread).toBeLessThan(10)
})

test('and again whenever they are twice as many, because a checkpoint takes as long as the model is large', async () => {
  const { kept, averagesWith } = peerThatKeeps()
  for (const peer of 'abcdefghi') await averagesWith(peer)
  expect(kept.map(({ averaged }) => Object.keys(averaged).length)).toEqual([1, 2, 4, 8])
})
