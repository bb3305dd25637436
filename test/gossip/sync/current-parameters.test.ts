import { describe, expect, test } from 'vitest'
import { ANNOUNCE_INTERVAL_MS } from '../../../src/gossip/membership/constants.ts'
import { ANNOUNCEMENTS_WAIT_INTERVALS, KEPT_MS } from '../../../src/gossip/sync/constants.ts'
import { PIECE_FLOATS, piecesOf } from '../../../src/gossip/sync/pieces.ts'
import { hashParameters } from '../../../src/parameters/hash.ts'
import { never } from '../byzantine-peer.ts'
import { createFetchingSwarm, type FetchingSwarm, giving } from '../fetching-swarm.ts'

const SHORT = 100

/** Two pieces, the second one short. */
const LONG = PIECE_FLOATS + 100

/** Around 1 in every coordinate; of different peers, about 1 % apart in directions of their own. */
function trainedBy(peer: number, length = SHORT, centre = 1): Float32Array {
  const vector = new Float32Array(length)
  for (let i = 0; i < length; i++) vector[i] = centre + 0.02 * (((i * (7 + 4 * peer) + peer) % 101) / 101 - 0.5)
  return vector
}

const LAG = 100

/** The parameters that the newcomer gets in so many attempts. */
async function fetchFrom(swarm: FetchingSwarm, attempts = 1) {
  for (let i = 0; i < attempts; i++) {
    const fetched = await swarm.run(swarm.newcomer.current(swarm.members(), LAG, never))
    if (fetched !== undefined) return fetched
  }
  return undefined
}

async function join(swarm: FetchingSwarm, peer: string, vector: Float32Array, age = 0): Promise<void> {
  swarm.announce(peer, vector, age)
  await swarm.hold(peer, vector, age)
}

/** Announces one thing and gives another. */
async function announceButGive(
  swarm: FetchingSwarm,
  peer: string,
  announced: Float32Array,
  given: Float32Array,
): Promise<void> {
  swarm.announce(peer, announced)
  await swarm.join(peer, giving(given))
}

describe('current parameters', () => {
  test('are put together from pieces of all who are ahead', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    const vectors = [0, 1].map(peer => trainedBy(peer, LONG))
    for (const [i, vector] of vectors.entries()) await join(swarm, `peer-${i}`, vector)
    const fetched = await fetchFrom(swarm)
    const givers = piecesOf(LONG).map(({ first, end }) =>
      vectors.findIndex(one => one.subarray(first, end).every((value, i) => value === fetched?.vector[first + i])),
    )
    expect(new Set(givers)).toEqual(new Set([0, 1]))
  })

  test('are as old as half of those who have them say, whatever one says', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    for (const [i, age] of [1_000, 1_010, 2 ** 40].entries()) await join(swarm, `peer-${i}`, trainedBy(i), age)
    expect((await fetchFrom(swarm))?.age).toBe(1_010)
  })

  test('come with the steps that half of those who have them say that they have done', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    for (const [i, step] of [700, 710, 2 ** 40].entries()) {
      swarm.announce(`peer-${i}`, trainedBy(i), 1_000, step)
      await swarm.hold(`peer-${i}`, trainedBy(i), 1_000)
    }
    expect((await fetchFrom(swarm))?.step).toBe(710)
  })

  test('are not asked of one that is far from all others', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    for (const i of [0, 1, 2]) await join(swarm, `peer-${i}`, trainedBy(i))
    await join(swarm, 'far', trainedBy(3, SHORT, 2))
    for (let i = 0; i < 10; i++) await fetchFrom(swarm)
    expect([swarm.streams.length, swarm.streams.includes('far')]).toEqual([10, false])
  })

  test('are asked of nobody while two halves disagree', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    for (const i of [0, 1, 2]) await join(swarm, `peer-${i}`, trainedBy(i))
    for (const i of [3, 4, 5]) await join(swarm, `peer-${i}`, trainedBy(i, SHORT, 1.2))
    expect([await fetchFrom(swarm, 5), swarm.streams]).toEqual([undefined, []])
  })

  test('are fetched right after they were announced, so that they are not old', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    const vector = trainedBy(0)
    await join(swarm, 'a', vector)
    swarm.clock.after(990, () => swarm.announce('a', vector.fill(1.2)))
    expect((await fetchFrom(swarm))?.vector[0]).toBeCloseTo(1.2)
    expect(swarm.clock.now()).toBeLessThan(1_200)
  })

  test('are taken from a peer that has gone far since it announced them, once it says so', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    const vector = trainedBy(0)
    await join(swarm, 'a', vector)
    swarm.clock.after(990, () => swarm.announce('a', vector.fill(1.2)))
    swarm.clock.after(1_010, () => vector.fill(1.6))
    swarm.clock.after(1_990, () => swarm.announce('a', vector.fill(1.7)))
    expect((await fetchFrom(swarm))?.vector[0]).toBeCloseTo(1.6)
    expect(swarm.clock.now()).toBeGreaterThanOrEqual(1_990)
  })

  test('that came in part are gone on with by another peer', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await begin(swarm)
    await join(swarm, 'heir', trainedBy(1, LONG), LAG)
    expect(await fetchFrom(swarm)).toBeDefined()
    expect(askedOf(swarm, 'heir')).toBe(1)
  })

  test('that came in part are fetched anew by one who would come late with them', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await begin(swarm)
    await join(swarm, 'heir', trainedBy(1, LONG), LAG + 1)
    expect(await fetchFrom(swarm)).toBeDefined()
    expect(askedOf(swarm, 'heir')).toBe(2)
  })

  test('that came in part are not kept for ever', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await begin(swarm)
    await swarm.wait(KEPT_MS + 1)
    await join(swarm, 'heir', trainedBy(1, LONG))
    expect(await fetchFrom(swarm)).toBeDefined()
    expect(askedOf(swarm, 'heir')).toBe(2)
  })

  /** One piece comes from a peer that then dies and is not heard of any more. */
  async function begin(swarm: FetchingSwarm): Promise<void> {
    const vector = trainedBy(0, LONG)
    let given = 0
    swarm.announce('mortal', vector)
    await swarm.join('mortal', async (stream, piece) => {
      if (given++ === 0) return await giving(vector)(stream, piece)
      swarm.network.kill('mortal')
      return false
    })
    expect(await fetchFrom(swarm)).toBeUndefined()
    swarm.leave('mortal')
  }

  const askedOf = ({ asked }: FetchingSwarm, peer: string) => asked.filter(one => one.peer === peer).length
})

describe('one that gives what it has not announced', () => {
  test('among others has all that came thrown away, with a warning', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await announceButGive(swarm, 'byzantine', trainedBy(0, LONG), trainedBy(0, LONG, 3))
    await join(swarm, 'honest', trainedBy(1, LONG))
    expect(await fetchFrom(swarm)).toBeUndefined()
    expect(swarm.warnings).toEqual([expect.stringContaining('thrown away')])
  })

  test('is not taken from when each is tried alone, and an honest one is', async () => {
    const swarm = await createFetchingSwarm({ length: LONG })
    await announceButGive(swarm, 'byzantine', trainedBy(0, LONG), trainedBy(0, LONG, 3))
    const honest = trainedBy(1, LONG)
    await join(swarm, 'honest', honest)
    const fetched = await fetchFrom(swarm, 3)
    expect(hashParameters(fetched?.vector ?? new Float32Array(0))).toBe(hashParameters(honest))
  })

  test('is left alone after that', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    await announceButGive(swarm, 'byzantine', trainedBy(0), trainedBy(0, SHORT, 3))
    for (const i of [1, 2]) await join(swarm, `peer-${i}`, trainedBy(i))
    for (let i = 0; i < 20; i++) await fetchFrom(swarm)
    expect(swarm.streams.filter(peer => peer === 'byzantine').length).toBe(1)
  })

  test('and is alone is not believed, and its next announcement not waited for for ever', async () => {
    const swarm = await createFetchingSwarm({ length: SHORT })
    await announceButGive(swarm, 'byzantine', trainedBy(0), trainedBy(0, SHORT, 3))
    expect(await fetchFrom(swarm)).toBeUndefined()
    expect(swarm.clock.now()).toBeLessThan(2 * ANNOUNCEMENTS_WAIT_INTERVALS * ANNOUNCE_INTERVAL_MS + 1_000)
  })
})
