import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createSketcher } from '../../../src/averaging/sketch.ts'
import { createEvents } from '../../../src/gossip/events.ts'
import { createActiveMembers } from '../../../src/gossip/membership/active-members.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createPhase } from '../../../src/gossip/phase.ts'
import { createChoice } from '../../../src/gossip/seal/choice.ts'
import { createSeal } from '../../../src/gossip/seal/seal.ts'
import { createEngagements } from '../../../src/gossip/state/engagements.ts'
import { createReplica } from '../../../src/gossip/state/replica.ts'
import { announcementOf } from '../announcements.ts'

test('a peer that was about to propose, and may not any more, averages again', async () => {
  const clock = createVirtualClock()
  const membership = createMembership(clock)
  const replica = createReplica({ parameters: new Float32Array(64).fill(1), step: 0, age: 0 })
  const sketcher = createSketcher(64, SKETCH_BUCKETS, 1)
  membership.hear('other', announcementOf({ sketch: sketcher.sketch(replica.parameters) }))
  let mayPropose = true
  const events = createEvents(() => {})
  const phase = createPhase(clock, false)
  const activeMembers = createActiveMembers(membership, { overdue: () => false })
  const choice = createChoice({ self: 'self', phase, replica, sketcher, activeMembers, sealed: undefined })
  const seal = createSeal({
    swarm: 'c0'.repeat(32),
    target: 1e-3,
    steps: 0,
    phase,
    choice,
    replica,
    membership,
    activeMembers,
    clock,
    events,
    engagements: createEngagements(replica.ledger),
    knows: replica.contribution.hasAveragedWith,
    conduct: { isTrusted: () => true },
    // It waits for a settlement, and begins no exchange meanwhile.
    settlement: { waits: () => true },
    peerWatch: { wentSealed: () => 0, metAt: () => 0 },
    introductions: { pending: () => false },
    runTime: { waits: () => false, patience: () => undefined },
    mayPropose: () => mayPropose,
    fetch: async () => undefined,
  })
  phase.trained()
  const never = { signal: new AbortController().signal }
  await seal.consider(never)
  expect(phase.averages()).toBe(false)
  mayPropose = false
  await seal.consider(never)
  expect(phase.averages()).toBe(true)
})
