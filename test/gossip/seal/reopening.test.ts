import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createActiveMembers } from '../../../src/gossip/membership/active-members.ts'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createPhase } from '../../../src/gossip/phase.ts'
import { createReopening } from '../../../src/gossip/seal/reopening.ts'
import { announcementOf } from '../announcements.ts'

const HASH = 'aa'.repeat(32)

/** Reopenings for which a member may speak up before nobody waits for it any more. */
const MOST = 3

function createSealedPeer() {
  const clock = createVirtualClock()
  const membership = createMembership(clock)
  const phase = createPhase(clock, true)
  const activeMembers = createActiveMembers(membership, { overdue: () => false })
  let chosen: string | undefined = HASH
  let words = 0
  const reopening = createReopening({
    phase,
    choice: {
      hash: () => chosen,
      clear() {
        chosen = undefined
      },
    },
    knows: () => true,
    activeMembers,
    membership,
    endPatience: { isSpent: () => false },
    proposals: { refused: () => undefined },
    clock,
    events: { emit() {} },
  })
  const says = (peer: string, said: Partial<Announcement>) =>
    membership.hear(peer, announcementOf({ sequence: ++words, ...said }))
  return {
    reopening,
    isGivenUp: activeMembers.isGivenUp,
    refuses: (peer: string) => says(peer, { phase: 'averaging', refuses: HASH }),
    review: () => reopening.review(activeMembers.all()),
    /** Reopens for what has been said. */
    reopen: () => reopening.reopen(activeMembers.all()),
    /** Averages until it has rested, and seals on the same again. */
    async sealAgain() {
      let isOver = false
      const look = () => {
        isOver = reopening.rested()
        if (!isOver) clock.after(100, look)
      }
      look()
      await clock.run(() => isOver)
      phase.seal()
      reopening.sealed()
      chosen = HASH
    },
  }
}

test('those that refuse the same seal one after the other are given up together', async () => {
  const { reopening, refuses, reopen, review, sealAgain, isGivenUp } = createSealedPeer()
  const peers = ['first', 'second', 'third']
  for (let times = 0; times <= MOST; times++) {
    expect(peers.map(isGivenUp)).toEqual([false, false, false])
    refuses('first')
    reopen()
    // Heard one announcement later, and said again before it has rested.
    for (const peer of [...peers, ...peers]) {
      refuses(peer)
      review()
    }
    if (times < MOST) await sealAgain()
  }
  expect(peers.map(isGivenUp)).toEqual([true, true, true])
  expect(reopening.isReopened()).toBe(true)
})

test('what is said once it has rested is for the next time', async () => {
  const { refuses, reopen, review, sealAgain, isGivenUp } = createSealedPeer()
  for (let times = 0; times <= MOST; times++) {
    refuses('first')
    reopen()
    await sealAgain()
    refuses('late')
    review()
  }
  expect([isGivenUp('first'), isGivenUp('late')]).toEqual([true, false])
})
