import { describe, expect, test } from 'vitest'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import type { LiveRule } from '../../../src/averaging/rule.ts'
import { adpsgd } from '../../../src/averaging/rules/adpsgd.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { createNews } from '../../../src/gossip/exchange/news.ts'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import type { Member } from '../../../src/gossip/membership/membership.ts'
import { announcementOf } from '../announcements.ts'
import { createAveragingWorld } from '../averaging-world.ts'
import { createPullTrainer } from '../pull-trainer.ts'

const TARGET = 0.1
/** Further than what counts as unmoved, and than that. */
const FAR = 0.05

/** A peer at 1, and members where they say they are. */
function createPeer(leftOut = 0, beyondTarget = false) {
  let own = Float32Array.of(1)
  const members = new Map<string, Member>()
  const news = createNews({
    target: TARGET,
    beyondTarget,
    choice: { sketch: () => own },
    membership: { get: peer => members.get(peer), alive: () => [...members.values()] },
    contribution: { leftOutOf: () => leftOut },
  })
  let sequence = 0
  return {
    news,
    says(peer: string, at: number, said: Partial<Announcement> = {}) {
      const announcement = announcementOf({ sequence: ++sequence, sketch: Float32Array.of(at), ...said })
      members.set(peer, { peer, heard: 0, announcement })
    },
    moveTo(at: number) {
      own = Float32Array.of(at)
    },
  }
}

describe('there is something to average', () => {
  test('with those that say they hold something else, and not with those that hold the same', () => {
    const { news, says } = createPeer()
    says('same', 1)
    says('far', 1 + FAR)
    expect(news.among(['same', 'far', 'unheard'])).toEqual(['far'])
  })

  test('after an exchange that moved nothing only once the other says something, or this peer moves', () => {
    const { news, says, moveTo } = createPeer()
    says('other', 1 + FAR)
    news.meets('other')
    news.met('other')
    expect(news.among(['other'])).toEqual([])
    moveTo(1 - FAR)
    expect(news.among(['other'])).toEqual(['other'])
    moveTo(1)
    expect(news.among(['other'])).toEqual([])
    says('other', 1 + FAR)
    expect(news.among(['other'])).toEqual(['other'])
  })

  test('after one that moved this peer, because the other may average with others at the same time', () => {
    const { news, says, moveTo } = createPeer()
    says('other', 1 + FAR)
    news.meets('other')
    moveTo(1 + FAR / 2)
    news.met('other')
    expect(news.among(['other'])).toEqual(['other'])
  })

  test('with nobody that trains: it comes by itself', () => {
    const { news, says } = createPeer()
    says('other', 1 + FAR, { phase: 'training' })
    expect(news.among(['other'])).toEqual([])
  })

  test('with anybody else where nobody holds the last steps, however short they were', () => {
    const { news, says } = createPeer(1)
    says('same', 1)
    says('trains', 1, { phase: 'training' })
    expect(news.among(['same', 'trains'])).toEqual(['same'])
  })
})

test('averaging beyond the target goes on with all', () => {
  const { news, says } = createPeer(0, true)
  says('same', 1)
  news.meets('same')
  news.met('same')
  expect(news.among(['same'])).toEqual(['same'])
})

describe('beside one that is ten times slower', () => {
  const PEERS = 4
  const STEPS = 200
  const STEP_MS = 20

  /** Exchanges of the others while they train, and from then on to the seal. */
  async function exchangesOf(rule: LiveRule) {
    const world = createAveragingWorld({
      peers: PEERS,
      steps: STEPS,
      localSteps: 5,
      minimumPeers: PEERS,
      rule,
      topology: complete,
      trainer: async (index, _random, clock) => createPullTrainer(index, clock, slow => (slow === 0 ? 10 : 1), STEP_MS),
    })
    await world.startAll()
    const others = world.simulatedPeers.slice(1)
    const count = () => world.events.filter(line => /peer-[123] exchange .*"averaged"/.test(line)).length
    await world.until(() => others.every(({ gossip }) => gossip?.status().phase === 'averaging'), 600_000)
    const training = count()
    await world.until(() => world.sealed(), 600_000)
    return {
      training,
      afterwards: count() - training,
      ends: world.simulatedPeers.map(({ gossip }) => gossip?.status()),
    }
  }

  test.each([
    ['in step', dpsgd(mean)],
    ['in pairs', adpsgd],
  ])('the others average %s as often as it comes, and all end on one vector', async (_, rule) => {
    const { training, afterwards, ends } = await exchangesOf(rule)
    expect(training).toBeGreaterThan(STEPS / 10)
    expect(afterwards).toBeLessThan(training)
    for (const end of ends) expect(end).toMatchObject({ inModel: true, members: PEERS })
  })
})
