import { describe, expect, test } from 'vitest'
import type { NetworkConditions } from '../../simulations/virtual/network.ts'
import { createRandom } from '../../src/random/random.ts'
import type { AgreedStatistics, OwnStatistics } from '../../src/standardise/statistics.ts'
import { createStatisticsSwarm, type Peer, type Given as SwarmGiven } from './statistics-swarm.ts'

const FEATURES = 5
/** Centre and spread of each feature, over all peers: from tiny to huge, and one that hardly varies around a large value. */
const CENTRES = [0, 1e-3, 1e6, 5, -2e4]
const SPREADS = [1, 1e-4, 1e5, 0, 3]

/** Samples of one peer: shifted and stretched by who it is, more of them for some than for others. */
function samplesOf(index: number, count = 50 + 100 * index): Float32Array[] {
  const random = createRandom(`samples/${index}`)
  return Array.from({ length: count }, () =>
    Float32Array.from(
      { length: FEATURES },
      (_, f) => CENTRES[f] + SPREADS[f] * (index + (1 + index) * random.normal()),
    ),
  )
}

function meanOf(rows: readonly Float32Array[]): Float64Array {
  return Float64Array.from({ length: FEATURES }, (_, f) => rows.reduce((sum, row) => sum + row[f], 0) / rows.length)
}

function variationAround(centre: Float64Array, rows: readonly Float32Array[]): Float64Array {
  return Float64Array.from(
    { length: FEATURES },
    (_, f) => rows.reduce((sum, row) => sum + (row[f] - centre[f]) ** 2, 0) / rows.length,
  )
}

function ownOf(rows: readonly Float32Array[]): OwnStatistics {
  return {
    samples: rows.length,
    features: FEATURES,
    mean: async () => meanOf(rows),
    variationAround: async centre => variationAround(centre, rows),
  }
}

interface Given extends Partial<SwarmGiven> {
  readonly rows?: readonly Float32Array[]
}

/** Peers of which each has samples of its own, where nobody says otherwise. */
function createSwarm(conditions?: NetworkConditions) {
  const swarm = createStatisticsSwarm(conditions)
  return {
    ...swarm,
    start: (index: number, { rows, ...given }: Given = {}) =>
      swarm.start(index, { own: ownOf(rows ?? samplesOf(index)), ...given }),
  }
}

function expectPooled(agreed: AgreedStatistics | undefined, indices: readonly number[]): void {
  const rows = indices.flatMap(index => samplesOf(index))
  const mean = meanOf(rows)
  const variance = variationAround(mean, rows)
  for (let f = 0; f < FEATURES; f++) {
    const spread = Math.sqrt(variance[f])
    expect(Math.abs((agreed?.mean[f] ?? Number.NaN) - mean[f])).toBeLessThanOrEqual(
      1e-4 * spread + 1e-6 * Math.abs(mean[f]),
    )
    expect(Math.abs((agreed?.variance[f] ?? Number.NaN) - variance[f])).toBeLessThanOrEqual(
      1e-4 * variance[f] + (1e-6 * mean[f]) ** 2,
    )
  }
}

describe('statistics of a swarm', () => {
  test.each([
    ['on a network that loses nothing', { delay: '1-20', loss: 0 }],
    ['with one message in twenty lost', { delay: '1-50', loss: 0.05 }],
  ])('are those of all samples, and the same at every peer, to the bit: %s', async (_, conditions) => {
    const swarm = createSwarm(conditions)
    const peers = [await swarm.start(0), await swarm.start(1), await swarm.start(2), await swarm.start(3)]
    await swarm.until(() => peers.every(({ agreed }) => agreed.length > 0))
    for (const { agreed } of peers) expect(agreed).toEqual(peers[0].agreed)
    expectPooled(peers[0].agreed[0], [0, 1, 2, 3])
  })

  test('are taken by a peer that comes later, whose samples have no part in them', async () => {
    const swarm = createSwarm()
    const peers = [await swarm.start(0), await swarm.start(1)]
    await swarm.until(() => peers.every(({ agreed }) => agreed.length > 0))
    const late = await swarm.start(2, { isOpen: () => false })
    await swarm.until(() => late.agreed.length > 0)
    expect(late.agreed).toEqual(peers[0].agreed)
    expectPooled(late.agreed[0], [0, 1])
    expect(late.said.join()).toContain('warning statistics: the others had sealed before')
  })

  test('include a peer that comes a moment later, however fast the others are', async () => {
    const swarm = createSwarm({ delay: '0.1-0.2', loss: 0 })
    const first = await swarm.start(0)
    const second = await swarm.start(1)
    await swarm.wait(2_800)
    const third = await swarm.start(2)
    await swarm.until(() => [first, second, third].every(({ agreed }) => agreed.length > 0))
    expectPooled(third.agreed[0], [0, 1, 2])
  })

  test('are right for small values beside a large one that all share, on a slow network too', async () => {
    const swarm = createSwarm({ delay: '80-120', loss: 0 })
    const shards = [0, 1, 2, 3].map(index => samplesOf(index, 100).map(row => row.with(2, 1e6)))
    const peers: Peer[] = []
    for (const [index, rows] of shards.entries()) peers.push(await swarm.start(index, { rows }))
    await swarm.until(() => peers.every(({ agreed }) => agreed.length > 0))
    const { mean, variance } = peers[0].agreed[0]
    const expected = meanOf(shards.flat())
    const spread = variationAround(expected, shards.flat())
    // Sums of a hundred samples in float32 are rounded in every exchange: by a few units in the last place altogether.
    for (const feature of [0, 1, 4]) {
      expect(Math.abs(mean[feature] - expected[feature]) / Math.sqrt(spread[feature])).toBeLessThan(3e-4)
      expect(Math.abs(variance[feature] / spread[feature] - 1)).toBeLessThan(3e-4)
    }
  })

  test('wait for a peer that takes longer to look through its samples', async () => {
    const swarm = createSwarm()
    const slow: OwnStatistics = {
      ...ownOf(samplesOf(2)),
      async variationAround(centre) {
        await swarm.clock.sleep(12_000, { signal: new AbortController().signal })
        return variationAround(centre, samplesOf(2))
      },
    }
    const peers = [await swarm.start(0), await swarm.start(1), await swarm.start(2, { own: slow })]
    await swarm.until(() => peers.every(({ agreed }) => agreed.length > 0))
    expectPooled(peers[0].agreed[0], [0, 1, 2])
  })

  test('of a peer that meets nobody are none: it waits, and says so', async () => {
    const swarm = createSwarm()
    const alone = await swarm.start(1)
    await swarm.wait(60_000)
    expect(alone.agreed).toEqual([])
    expect(alone.said.filter(line => line.startsWith('waiting')).length).toBeGreaterThan(4)
  })

  test('are not agreed on before as many are there as the recipe asks for', async () => {
    const swarm = createSwarm()
    const peers = [await swarm.start(0, { minimumPeers: 3 }), await swarm.start(1, { minimumPeers: 3 })]
    await swarm.wait(60_000)
    expect(peers.flatMap(({ agreed }) => agreed)).toEqual([])
    peers.push(await swarm.start(2, { minimumPeers: 3 }))
    await swarm.until(() => peers.every(({ agreed }) => agreed.length > 0))
    expectPooled(peers[0].agreed[0], [0, 1, 2])
  })

  test('are agreed on anew where two halves meet that were apart for long, while nobody uses them', async () => {
    const swarm = createSwarm()
    swarm.virtual.split(new Set(['peer-0', 'peer-1']))
    const open = { isOpen: () => true }
    const peers: Peer[] = []
    for (const index of [0, 1, 2, 3]) peers.push(await swarm.start(index, open))
    await swarm.until(() => peers.every(({ agreed }) => agreed.length > 0))
    expect(peers[0].agreed[0]).not.toEqual(peers[2].agreed[0])
    swarm.virtual.split()
    await swarm.until(() => new Set(peers.map(({ agreed }) => agreed.at(-1)?.mean[0])).size === 1)
    await swarm.until(() => peers.every(({ agreed }) => agreed.length > 1))
    expectPooled(peers[0].agreed.at(-1), [0, 1, 2, 3])
  })

  test('are there again after a restart, without the others and without the samples', async () => {
    const swarm = createSwarm()
    const peers = [await swarm.start(0), await swarm.start(1)]
    await swarm.until(() => peers.every(({ agreed }) => agreed.length > 0))
    for (const { statistics, network } of peers) {
      const stopping = statistics.stop().then(() => network.stop())
      let over = false
      stopping.then(() => {
        over = true
      })
      await swarm.until(() => over)
    }
    const other = createSwarm()
    const again = await other.start(0, { disks: peers[0].disks, rows: samplesOf(3) })
    await other.until(() => again.agreed.length > 0, 1_000)
    expect(again.agreed).toEqual(peers[0].agreed)
  })

  test('that float32 cannot hold are refused by the number of the feature', async () => {
    const swarm = createSwarm()
    const rows = samplesOf(0).map(row => row.with(3, 3e38))
    const peer = await swarm.start(0, { rows })
    expect(peer.said).toEqual([
      'failed feature 3 takes values that are too large to be standardised; scale it down in the data of every peer',
    ])
  })

  test('that others would take for an attack are refused by the number of the feature', async () => {
    const swarm = createSwarm()
    // Statistics like those of time stamps in nanoseconds, over months: 10^32, and a thousand samples.
    const own: OwnStatistics = {
      samples: 1_000,
      features: 2,
      mean: async () => Float64Array.of(1, 1e18),
      variationAround: async () => Float64Array.of(1, 1e32),
    }
    const peer = await swarm.start(0, { own })
    await swarm.start(1, { own })
    await swarm.until(() => peer.said.some(line => line.startsWith('failed')))
    expect(peer.said.filter(line => !line.startsWith('waiting'))).toEqual([
      'failed feature 1 takes values that are too large to be standardised; scale it down in the data of every peer',
    ])
  })

  test('are looked for no longer when the peer stops, however many samples there are to look through', async () => {
    const swarm = createSwarm()
    let looking = false
    const own: OwnStatistics = {
      ...ownOf(samplesOf(0)),
      variationAround: (_centre, { signal }) => {
        looking = true
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const peer = await swarm.start(0, { own })
    await swarm.start(1)
    await swarm.until(() => looking)
    let stopped = false
    void peer.statistics.stop().then(() => {
      stopped = true
    })
    await swarm.until(() => stopped)
    expect(peer.said.filter(line => !line.startsWith('waiting'))).toEqual([])
  })

  test('vary around means that were sealed, though these change again while a peer is busy with earlier ones', async () => {
    const swarm = createSwarm()
    const centres: Float64Array[][] = [[], []]
    const look = Promise.withResolvers<void>()
    const ownFor = (index: number): OwnStatistics => ({
      ...ownOf(samplesOf(index)),
      async variationAround(centre) {
        const isFirst = centres[index].push(centre) === 1
        if (index === 0 && isFirst) await look.promise
        return variationAround(centre, samplesOf(index))
      },
    })
    const open = { isOpen: () => true }
    // Two, and then all four: of the means of all the first one hears while it looks through its samples.
    swarm.virtual.split(new Set(['peer-0', 'peer-1']))
    const [busy, other] = [
      await swarm.start(0, { own: ownFor(0), ...open }),
      await swarm.start(1, { own: ownFor(1), ...open }),
    ]
    await swarm.until(() => centres.every(each => each.length === 1))
    const [third, fourth] = [await swarm.start(2, open), await swarm.start(3, open)]
    await swarm.until(() => [third, fourth].every(({ agreed }) => agreed.length === 1))
    swarm.virtual.split()
    await swarm.until(() => centres[1].length === 2)
    look.resolve()
    const last = () => new Set([busy, other, third, fourth].map(({ agreed }) => agreed.at(-1)?.mean[0]))
    await swarm.until(() => third.agreed.length > 1 && last().size === 1)
    expect(centres[0][1]).toEqual(centres[1][1])
  })
})
