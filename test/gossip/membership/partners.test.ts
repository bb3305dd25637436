import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { parseTopology } from '../../../src/averaging/topologies/registry.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createNeighbourhood } from '../../../src/gossip/membership/neighbourhood.ts'
import { createPartners } from '../../../src/gossip/membership/partners.ts'
import type { Phase } from '../../../src/gossip/phase.ts'
import type { Unreached } from '../../../src/gossip/ports.ts'
import { createRandom } from '../../../src/random/random.ts'
import { announcementOf } from '../announcements.ts'

/** Whom a peer `a` averages with that knows some others, and has no trouble with any of them. */
function partnersOf(topology: string, others: Readonly<Record<string, Phase>>, { phase = 'training' as Phase } = {}) {
  const membership = createMembership(createVirtualClock())
  for (const [peer, phase] of Object.entries(others)) membership.hear(peer, announcementOf({ phase }))
  let unreached: Unreached[] = []
  const given = { self: 'a', topology: parseTopology(topology, { seed: 1 }), membership }
  const partners = createPartners({
    ...given,
    incarnation: { self: 'a', random: createRandom(1) },
    neighbourhood: createNeighbourhood({ ...given, events: { emit() {} } }),
    phase: { now: () => phase },
    activeMembers: { isGivenUp: () => false },
    standing: { isAvoided: () => false, isResting: () => false },
    conduct: { trust: () => 1 },
    network: { unreached: () => unreached },
    ledger: { open: () => false },
    engagements: { engaged: () => false },
  })
  const lose = (lost: Unreached[]) => {
    unreached = lost
  }
  return { partners, lose }
}

test('a peer that is let be because it cannot be reached is nobody to average with for now', () => {
  const { partners, lose } = partnersOf('complete', { b: 'training', c: 'training' })
  const rest = (peer: string, isResting: boolean) => ({ peer, obstacle: 'silent', reason: '', isResting }) as const
  const asked = () => new Set(Array.from({ length: 40 }, () => partners.next()))

  expect(asked()).toEqual(new Set(['b', 'c']))
  lose([rest('b', true)])
  expect(asked()).toEqual(new Set(['c']))
  expect(partners.willing('b')).toBe(false)
  lose([rest('b', true), rest('c', true)])
  expect(asked()).toEqual(new Set([undefined]))
  // It may be tried again.
  lose([rest('b', false), rest('c', true)])
  expect(asked()).toEqual(new Set(['b']))
})

const links = (...given: Parameters<typeof partnersOf>) =>
  partnersOf(...given)
    .partners.links(6)
    ?.map(link => link.join(''))
    .sort()

test('every peer works out the links of all by the topology, those that only wait left out', () => {
  const four = { b: 'training', c: 'averaging', d: 'sealed', e: 'waiting' } as const
  expect(links('ring', four)).toEqual(['ab', 'ad', 'bc', 'cd'])
  expect(links('complete', four)).toEqual(['ab', 'ac', 'ad', 'bc', 'bd', 'cd'])
  expect(links('ring', four, { phase: 'waiting' })).toEqual(['bc', 'bd', 'cd'])
  // Directed ones are links as well.
  expect(links('exponential', four)).toEqual(['ab', 'ac', 'ad', 'bc', 'bd', 'cd'])
  expect(links('ring', {})).toEqual([])
})

test('where the topology has no place for so many, everybody is linked to everybody, as they average then', () => {
  expect(links('hypercube', { b: 'training', c: 'training' })).toEqual(['ab', 'ac', 'bc'])
})

test('links that change from round to round, or are too many, are not told', () => {
  expect(links('one-peer-exponential', { b: 'training', c: 'training', d: 'training' })).toBeUndefined()
  expect(links('complete', { b: 'training', c: 'training', d: 'training', e: 'training' })).toBeUndefined()
})
