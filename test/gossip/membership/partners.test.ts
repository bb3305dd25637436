import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { parseTopology } from '../../../src/averaging/topologies/registry.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createPartners } from '../../../src/gossip/membership/partners.ts'
import type { Unreached } from '../../../src/gossip/ports.ts'
import { createRandom } from '../../../src/random/random.ts'
import { announcementOf } from '../announcements.ts'

test('a peer that is let be because it cannot be reached is nobody to average with for now', () => {
  const membership = createMembership(createVirtualClock())
  for (const peer of ['b', 'c']) membership.hear(peer, announcementOf({ phase: 'training' }))
  let unreached: Unreached[] = []
  const rest = (peer: string, isResting: boolean) => ({ peer, obstacle: 'silent', reason: '', isResting }) as const
  const partners = createPartners({
    incarnation: { self: 'a', random: createRandom(1) },
    topology: parseTopology('complete', { seed: 1 }),
    membership,
    activeMembers: { isGivenUp: () => false },
    standing: { isAvoided: () => false, isResting: () => false },
    network: { unreached: () => unreached },
    ledger: { open: () => false },
    engagements: { engaged: () => false },
    events: { emit() {} },
  })
  const asked = () => new Set(Array.from({ length: 40 }, () => partners.next()))

  expect(asked()).toEqual(new Set(['b', 'c']))
  unreached = [rest('b', true)]
  expect(asked()).toEqual(new Set(['c']))
  expect(partners.willing('b')).toBe(false)
  unreached = [rest('b', true), rest('c', true)]
  expect(asked()).toEqual(new Set([undefined]))
  // It may be tried again.
  unreached = [rest('b', false), rest('c', true)]
  expect(asked()).toEqual(new Set(['b']))
})
