import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createEvents } from '../../../src/gossip/events.ts'
import { announceInterval, newsGap } from '../../../src/gossip/membership/announce-interval.ts'
import { createAnnouncer } from '../../../src/gossip/membership/announcer.ts'
import {
  ANNOUNCE_GAP_MS,
  ANNOUNCE_INTERVAL_MS,
  LATE_MS,
  LATE_STRETCH,
  LOOK_INTERVAL_MS,
} from '../../../src/gossip/membership/constants.ts'
import { createRandom } from '../../../src/random/random.ts'

interface Circumstances {
  readonly happens?: Readonly<Record<number, 'changed' | 'news'>>
  /** Of the peers, those that it has not reached. */
  readonly unreached?: number
  /** By how much each of its timers is late, in milliseconds. */
  readonly late?: number
}

/** What a peer of so many says in so much time, and when it looks at the others. */
async function listen(
  peers: number,
  milliseconds: number,
  { happens = {}, unreached = 0, late = 0 }: Circumstances = {},
) {
  const world = createVirtualClock()
  const clock = { ...world, after: (delay: number, call: () => void) => world.after(delay + late, call) }
  const intervals: number[] = []
  const events = createEvents(() => {})
  const said: number[] = []
  const looked: number[] = []
  const announcer = createAnnouncer({
    clock,
    events,
    incarnation: { random: createRandom(1) },
    membership: { size: () => peers - unreached },
    introductions: { unreached: () => unreached },
    outbound: {
      announce(every) {
        intervals.push(every)
        said.push(clock.now())
        looked.push(clock.now())
      },
      look: () => looked.push(clock.now()),
    },
  })
  announcer.start()
  for (const [at, name] of Object.entries(happens)) clock.after(Number(at), () => events.emit(name, {}))
  clock.after(milliseconds, announcer.stop)
  clock.after(2 * milliseconds, () => {})
  await clock.run(() => clock.now() >= 2 * milliseconds)
  return { said, looked, intervals }
}

const longestGap = (times: readonly number[]) => Math.max(...times.slice(1).map((time, i) => time - times[i]))

describe('a peer says how it is', () => {
  test.each([2, 30, 80, 300])(
    'once in the interval of a swarm of %i, on average, and not after its stop',
    async peers => {
      const { said } = await listen(peers, 200 * announceInterval(peers))
      expect(said.length).toBeGreaterThan(190)
      expect(said.length).toBeLessThan(210)
      expect(Math.max(...said)).toBeLessThanOrEqual(200 * announceInterval(peers))
    },
  )

  test('among 80 it looks at the others as often as among two', async () => {
    const [few, many] = [await listen(2, 60_000), await listen(80, 60_000)]
    expect(longestGap(few.looked)).toBeLessThan(LOOK_INTERVAL_MS + 1)
    expect(longestGap(many.looked)).toBeLessThan(LOOK_INTERVAL_MS + 1)
    expect(many.said.length).toBeLessThan(few.said.length / 2)
  })

  test.each([2, 80])('at once, among %i, when something has changed that others wait for', async peers => {
    const { said } = await listen(peers, 1_000, { happens: { 700: 'changed' } })
    expect(said.slice(0, 2)).toEqual([0, 700])
  })

  test('a moment after the last announcement, when it changes again', async () => {
    const { said } = await listen(80, 2_000, {
      happens: { 700: 'changed', 710: 'changed', 720: 'changed' },
    })
    expect(said).toEqual([0, 700, 700 + ANNOUNCE_GAP_MS])
  })

  test.each([2, 16])('soon, among %i, when there is other news', async peers => {
    const { said } = await listen(peers, 1_000, { happens: { 10: 'news' } })
    expect(said[1]).toBe(newsGap(peers))
  })

  test('in its turn, among 80, when there is other news', async () => {
    const happens = Object.fromEntries(Array.from({ length: 990 }, (_, i) => [10 * (i + 1), 'news' as const]))
    const { said } = await listen(80, 10_000, { happens })
    expect(said.length).toBeLessThanOrEqual(1 + 10_000 / announceInterval(80) / 0.8)
  })

  test('as rarely before it has reached the others of a large swarm as after it', async () => {
    const milliseconds = 100 * announceInterval(80)
    const [before, after] = [await listen(80, milliseconds, { unreached: 79 }), await listen(80, milliseconds)]
    expect(before.said).toEqual(after.said)
  })

  test('less often, and says so, where its machine is late, and no less than a fourth as often', async () => {
    const [calm, late, lost] = [
      await listen(2, 100_000),
      await listen(2, 100_000, { late: 2 * LATE_MS }),
      await listen(2, 100_000, { late: 100 * LATE_MS }),
    ]
    expect(calm.intervals.at(-1)).toBe(ANNOUNCE_INTERVAL_MS)
    expect(late.intervals.at(-1)).toBeCloseTo(2 * ANNOUNCE_INTERVAL_MS, 0)
    expect(lost.intervals.at(-1)).toBeLessThanOrEqual(LATE_STRETCH * ANNOUNCE_INTERVAL_MS)
    expect(late.said.length).toBeLessThan(0.6 * calm.said.length)
  })

  test('as often as ever where a step of training holds its timers up for a moment', async () => {
    const { intervals } = await listen(2, 20_000, { late: LATE_MS / 2 })
    expect(intervals.every(every => every === ANNOUNCE_INTERVAL_MS)).toBe(true)
  })
})
