import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { UNREACHABLE_AGAIN_MS, UNREACHABLE_TOLD_MS } from '../../../src/gossip/membership/constants.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createReach } from '../../../src/gossip/membership/reach.ts'
import type { PeerId, Unreached } from '../../../src/gossip/ports.ts'
import { announcementOf } from '../announcements.ts'

/** A world in which some cannot be reached; every second the members announce something and it is looked at again. */
function createWatched() {
  const clock = createVirtualClock()
  const membership = createMembership(clock)
  const told: { readonly peers: readonly PeerId[]; readonly of: number }[] = []
  let unreached: readonly Unreached[] = []
  let sequence = 0
  const reach = createReach({
    network: { unreached: () => unreached },
    membership,
    introductions: { awaited: () => ['ghost'] },
    clock,
    events: {
      emit(_name, detail) {
        const { peers, of } = detail as { peers: readonly Unreached[]; of: number }
        told.push({ peers: peers.map(({ peer }) => peer), of })
      },
    },
  })
  async function pass(milliseconds: number, ...peers: readonly PeerId[]): Promise<void> {
    unreached = peers.map(peer => ({ peer, obstacle: 'silent', reason: '', isResting: true }))
    const until = clock.now() + milliseconds
    function tick(): void {
      sequence++
      for (const peer of ['a', 'b', 'c']) membership.hear(peer, announcementOf({ sequence }))
      reach.look()
      if (clock.now() < until) clock.after(1_000, tick)
    }
    tick()
    await clock.run(() => clock.now() >= until)
  }
  return { pass, told }
}

test('people are told once of those that cannot be reached for a while', async () => {
  const { pass, told } = createWatched()
  await pass(UNREACHABLE_TOLD_MS - 2_000, 'a', 'ghost', 'somebody who is no member')
  expect(told).toEqual([])
  await pass(10 * UNREACHABLE_AGAIN_MS, 'a', 'ghost', 'somebody who is no member')
  expect(told).toEqual([{ peers: ['a', 'ghost'], of: 4 }])
})

test('one that comes by itself in time is not told of, and one that comes and goes only once', async () => {
  const { pass, told } = createWatched()
  await pass(UNREACHABLE_TOLD_MS - 2_000, 'a')
  await pass(5_000)
  await pass(UNREACHABLE_TOLD_MS - 2_000, 'a')
  expect(told).toEqual([])
  for (let times = 0; times < 3; times++) {
    await pass(UNREACHABLE_AGAIN_MS, 'a')
    await pass(5_000)
  }
  expect(told).toHaveLength(1)
})

test('those that follow are told of together, and no sooner than after a minute', async () => {
  const { pass, told } = createWatched()
  await pass(UNREACHABLE_TOLD_MS + 2_000, 'a')
  await pass(UNREACHABLE_TOLD_MS + 2_000, 'a', 'b')
  await pass(UNREACHABLE_TOLD_MS, 'a', 'b', 'c')
  expect(told).toHaveLength(1)
  await pass(UNREACHABLE_AGAIN_MS, 'a', 'b', 'c')
  expect(told.at(-1)).toEqual({ peers: ['a', 'b', 'c'], of: 4 })
  expect(told).toHaveLength(2)
})
