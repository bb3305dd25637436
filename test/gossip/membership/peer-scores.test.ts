import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createEvents } from '../../../src/gossip/events.ts'
import {
  MAX_VIOLATIONS,
  OWN_STREAM_BURST,
  PEERS_OF_A_HOST,
  STREAM_BURST,
  STREAMS_PER_SECOND,
} from '../../../src/gossip/membership/constants.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createPeerScores } from '../../../src/gossip/membership/peer-scores.ts'
import { announcementOf } from '../announcements.ts'

function createScores(clock = createVirtualClock()) {
  const bans: string[] = []
  const membership = createMembership(clock)
  const network = { ban: (peer: string) => void bans.push(peer) }
  return { scores: createPeerScores({ clock, network, membership, events: createEvents(() => {}) }), bans, membership }
}

describe('the score of a peer', () => {
  test('is lost with the last violation that is forgiven: it is banned, and no member any more', () => {
    const { scores, bans, membership } = createScores()
    membership.hear('a', announcementOf({}))
    const banned = Array.from({ length: MAX_VIOLATIONS }, () => {
      scores.penalise('a', new Error('nonsense'))
      return scores.isBanned('a')
    })
    expect(banned).toEqual([...new Array(MAX_VIOLATIONS - 1).fill(false), true])
    expect(scores.isBanned('b')).toBe(false)
    expect(bans).toEqual(['a'])
    expect(membership.isAlive('a')).toBe(false)
  })

  test('admits a burst of streams and no more', () => {
    const { scores } = createScores()
    const admitted = Array.from({ length: 2 * STREAM_BURST }, () => scores.admits('a')).filter(Boolean)
    expect(admitted.length).toBe(STREAM_BURST + 1)
  })

  test('admits one peer while another has used up its share', () => {
    const { scores } = createScores()
    while (scores.admits('a'));
    expect(scores.admits('b')).toBe(true)
  })

  test('admits of a crowd on one machine what is the own of each, and beyond that no more than of a few', () => {
    const { scores } = createScores()
    const crowd = Array.from({ length: 40 }, (_, i) => `peer-${i}`)
    const open = () => crowd.filter(peer => scores.admits(peer, '192.0.2.1')).length
    const admitted = Array.from({ length: STREAM_BURST }, open).reduce((sum, each) => sum + each)
    expect(admitted).toBe(crowd.length * (OWN_STREAM_BURST + 1) + PEERS_OF_A_HOST * STREAM_BURST + 1)
  })

  test('admits a peer that opens few streams, whatever others on its machine do', () => {
    const { scores } = createScores()
    const crowd = Array.from({ length: 40 }, (_, i) => `peer-${i}`)
    for (let i = 0; i < STREAM_BURST; i++) for (const peer of crowd) scores.admits(peer, '192.0.2.1')
    const honest = Array.from({ length: OWN_STREAM_BURST }, () => scores.admits('honest', '192.0.2.1'))
    expect(honest).not.toContain(false)
  })

  test('admits so many streams a second in the long run', async () => {
    const clock = createVirtualClock()
    const { scores } = createScores(clock)
    while (scores.admits('a'));
    let admitted = 0
    const knock = () => {
      if (scores.admits('a')) admitted++
      clock.after(1, knock)
    }
    knock()
    await clock.run(() => clock.now() >= 10_000)
    expect(admitted).toBeCloseTo(10 * STREAMS_PER_SECOND, -1)
  })
})
