import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createEvents } from '../../../src/gossip/events.ts'
import { createLifetime } from '../../../src/gossip/lifetime.ts'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createPhase } from '../../../src/gossip/phase.ts'
import { createPeerWatch } from '../../../src/gossip/run/peer-watch.ts'
import { SEAL_TIMEOUT_MS, STRANGER_PATIENCE_MS } from '../../../src/gossip/seal/constants.ts'
import { announcementOf } from '../announcements.ts'

const [HASH, OTHER] = ['aa', 'bb'].map(pair => pair.repeat(32))

/** How far a wait may be from what was asked: members are looked at once a second. */
const LOOK_MS = 1_000

/** Milliseconds for which a peer that has sealed stays for a member that goes on saying this. */
async function staysFor(said: Partial<Announcement>, overdue: readonly string[] = []): Promise<number> {
  const clock = createVirtualClock()
  const membership = createMembership(clock)
  const phase = createPhase(clock, false)
  const events = createEvents(() => {})
  const watch = createPeerWatch({
    clock,
    membership,
    activeMembers: { isGivenUp: () => false, overdue: () => overdue },
    phase,
    choice: { hash: () => HASH },
    lifetime: createLifetime(clock, events),
    averages: true,
    steps: 1,
    stays: false,
    events,
  })
  watch.met()
  phase.seal()
  let sequence = 0
  const say = () => {
    membership.hear('other', announcementOf({ sequence: ++sequence, ...said }))
    watch.look()
    clock.after(LOOK_MS, say)
  }
  say()
  const began = clock.now()
  await clock.run(() => watch.dismissed())
  return clock.now() - began
}

test('whoever has sealed stays for nobody that has sealed the same', async () => {
  expect(await staysFor({ phase: 'sealed', choice: HASH })).toBe(0)
})

test.each([
  ['has sealed something else', { phase: 'sealed', choice: OTHER }, []],
  ['refuses it', { phase: 'averaging', refuses: HASH }, []],
  ['trains long after the end', { phase: 'training' }, ['other']],
] as const)('stays a little for a member that %s', async (_, said, overdue) => {
  const stayed = await staysFor(said, overdue)
  expect(stayed).toBeGreaterThanOrEqual(STRANGER_PATIENCE_MS)
  expect(stayed).toBeLessThanOrEqual(STRANGER_PATIENCE_MS + LOOK_MS)
})

test('stays for one that may still come for it, with an end', async () => {
  const stayed = await staysFor({ phase: 'averaging' })
  expect(stayed).toBeGreaterThanOrEqual(SEAL_TIMEOUT_MS)
  expect(stayed).toBeLessThanOrEqual(SEAL_TIMEOUT_MS + LOOK_MS)
})
