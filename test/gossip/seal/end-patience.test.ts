import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { ANNOUNCE_INTERVAL_MS } from '../../../src/gossip/membership/constants.ts'
import type { Member } from '../../../src/gossip/membership/membership.ts'
import { SEAL_TIMEOUT_MS, SHORTEST_SEAL_TIMEOUT_MS, STRANGER_PATIENCE_MS } from '../../../src/gossip/seal/constants.ts'
import { createEndPatience, firstPatience } from '../../../src/gossip/seal/end-patience.ts'
import { announcementOf } from '../announcements.ts'

const LOOK_MS = 1_000

/** Longer than any of it takes. */
const LIMIT_MS = 20 * SEAL_TIMEOUT_MS

/** Looks once a second at those who hold up the end, until nobody does. */
async function patienceWith(
  holders: (now: number) => readonly string[],
  { isKnown = true, first = SEAL_TIMEOUT_MS, forMost = true, there = [] as readonly string[], says = false } = {},
) {
  const clock = createVirtualClock()
  const patience = createEndPatience(
    clock,
    () => first,
    () => isKnown,
    () => ANNOUNCE_INTERVAL_MS,
  )
  const memberOf = (peer: string): Member => ({ peer, heard: 0, announcement: announcementOf() })
  const givenUp = new Map<string, number>()
  /** How long somebody held it up. */
  let held = 0
  patience.look(undefined, there.map(memberOf))
  while (clock.now() < LIMIT_MS) {
    const by = holders(clock.now()).filter(peer => !givenUp.has(peer))
    const holdUp = by.length === 0 ? undefined : { by, against: says ? by : [], forMost }
    const out = patience.look(holdUp, [...there, ...by].map(memberOf))
    for (const peer of out) givenUp.set(peer, clock.now())
    if (by.some(peer => !out.includes(peer))) held += LOOK_MS
    const next = clock.now() + LOOK_MS
    clock.after(LOOK_MS, () => {})
    await clock.run(() => clock.now() >= next)
  }
  return { held, givenUp, isSpent: patience.isSpent() }
}

test('one that holds up the end for ever is given up after the patience, and not before', async () => {
  const { held, givenUp } = await patienceWith(() => ['liar'], { there: ['liar'] })
  expect(held).toBe(SEAL_TIMEOUT_MS)
  expect([...givenUp.keys()]).toEqual(['liar'])
})

test('the patience is that of the run, from half a minute to two, and long enough for a large vector on a slow link', () => {
  const small = 1_000
  expect(firstPatience(20_000, small)).toBe(SHORTEST_SEAL_TIMEOUT_MS)
  expect(firstPatience(50_000, small)).toBe(50_000)
  expect(firstPatience(3_600_000, small)).toBe(SEAL_TIMEOUT_MS)
  expect(firstPatience(20_000, 10e6)).toBe(80_000)
  expect(firstPatience(20_000, 1e9)).toBe(SEAL_TIMEOUT_MS)
})

test('where nobody knows how long the run takes, it is as long as it may be', () => {
  expect(firstPatience(undefined, 0)).toBe(SEAL_TIMEOUT_MS)
})

test('after a short run a liar has no more than a short patience', async () => {
  const { held } = await patienceWith(() => ['liar'], { there: ['liar'], first: SHORTEST_SEAL_TIMEOUT_MS })
  expect(held).toBe(SHORTEST_SEAL_TIMEOUT_MS)
})

test('few wait twice as long for many', async () => {
  const { held } = await patienceWith(() => ['a', 'b', 'c'], { there: ['a', 'b', 'c'], forMost: false })
  expect(held).toBe(2 * SEAL_TIMEOUT_MS)
})

test('a moment now and then costs nobody its part', async () => {
  const { givenUp, isSpent } = await patienceWith(now => (now % 60_000 < 2_000 && now < 30 * 60_000 ? ['slow'] : []), {
    there: ['slow'],
  })
  expect([givenUp.size, isSpent]).toEqual([0, false])
})

test('whoever was only on its way when the patience ended is not given up', async () => {
  const { givenUp } = await patienceWith(
    now => [
      ...(now < SEAL_TIMEOUT_MS + 5_000 ? ['liar'] : []),
      ...(now > SEAL_TIMEOUT_MS - 2_000 && now < SEAL_TIMEOUT_MS + 2_000 ? ['honest'] : []),
    ],
    { there: ['liar', 'honest'] },
  )
  expect([...givenUp.keys()]).toEqual(['liar'])
})

test('identities that come one after the other, for ever, take no more than one patience, and the turn of the last one', async () => {
  const { held } = await patienceWith(now => [`sybil${Math.floor(now / 7_000)}`])
  expect(held).toBeLessThanOrEqual(SEAL_TIMEOUT_MS + 7_000)
  const strangers = await patienceWith(now => [`sybil${Math.floor(now / 7_000)}`], { isKnown: false })
  expect(strangers.held).toBeLessThanOrEqual(SEAL_TIMEOUT_MS + 7_000)
})

test('members that were there, and begin one after the other, take a third more than one patience, and five seconds each', async () => {
  const liars = Array.from({ length: 12 }, (_, i) => `liar${i}`)
  let turn = 0
  const { held, givenUp } = await patienceWith(
    now => {
      turn = Math.max(turn, Math.floor(now / SEAL_TIMEOUT_MS))
      return [liars[turn % liars.length]]
    },
    { there: liars },
  )
  expect(givenUp.size).toBe(12)
  expect(held).toBeLessThanOrEqual((4 / 3) * SEAL_TIMEOUT_MS + 12 * 6_000)
})

test('a stranger that comes when all are about to end has a moment, and so has one that only says no', async () => {
  const strange = { isKnown: false }
  const late = await patienceWith(now => (now < 10_000 ? [] : ['early', ...(now < 20_000 ? [] : ['late'])]), {
    ...strange,
    there: ['early'],
  })
  expect(late.givenUp.get('late')).toBe(20_000 + STRANGER_PATIENCE_MS)
  expect(late.givenUp.get('early')).toBe(10_000 + SEAL_TIMEOUT_MS)
  const refusing = await patienceWith(() => ['early'], { ...strange, there: ['early'], says: true })
  expect(refusing.held).toBe(STRANGER_PATIENCE_MS)
})
