import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createSketcher } from '../../../src/averaging/sketch.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createSealing } from '../../../src/gossip/seal/seal.ts'
import { createReplica } from '../../../src/gossip/state/replica.ts'
import { announcementOf } from '../announcements.ts'

test('a peer that was about to propose, and may not any more, averages again', async () => {
  const clock = createVirtualClock()
  const membership = createMembership(clock)
  const replica = createReplica({ parameters: new Float32Array(64).fill(1), step: 0, age: 0 })
  const sketcher = createSketcher(64, SKETCH_BUCKETS, 1)
  membership.hear('other', announcementOf({ sketch: sketcher.sketch(replica.parameters) }))
  let mayPropose = true
  const sealing = createSealing({
    self: 'self',
    swarm: 'c0'.repeat(32),
    target: 1e-3,
    replica,
    sketcher,
    membership,
    clock,
    sealed: undefined,
    contribution: replica.contribution,
    trains: false,
    metAt: () => 0,
    overdue: () => false,
    sealedOn() {},
    // It waits for an exchange to end, and begins none meanwhile.
    unsettled: () => true,
    mayPropose: () => mayPropose,
    fetch: async () => undefined,
    changed() {},
    emit() {},
  })
  sealing.trained()
  const never = { signal: new AbortController().signal }
  await sealing.consider(never)
  expect(sealing.averages()).toBe(false)
  mayPropose = false
  await sealing.consider(never)
  expect(sealing.averages()).toBe(true)
})
