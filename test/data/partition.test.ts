import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePartition } from '../../src/data/partition.ts'
import { UsageError } from '../../src/errors.ts'
import { createRandom } from '../../src/random/random.ts'

const PARTITIONS = ['iid', 'dirichlet:0.001', 'dirichlet:0.1', 'dirichlet:1', 'dirichlet:100']

/** Labels, few or many, of any number of classes, some of which may be missing; and peers, no more than samples. */
const problem = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 300 }).chain(labels =>
  fc.record({
    labels: fc.constant(Int32Array.from(labels)),
    peers: fc.integer({ min: 1, max: labels.length }),
    seed: fc.integer(),
  }),
)

describe.each(PARTITIONS)('%s', text => {
  const partition = parsePartition(text)

  test('puts every sample in exactly one shard, and the least number in each', () => {
    fc.assert(
      fc.property(problem, ({ labels, peers, seed }) => {
        const shards = partition(labels, peers, createRandom(seed))
        expect(shards).toHaveLength(peers)
        const dealt = shards.flatMap(shard => [...shard]).sort((a, b) => a - b)
        expect(dealt).toEqual(Array.from(labels, (_, sample) => sample))
        const least = Math.min(10, Math.floor(labels.length / peers))
        for (const shard of shards) expect(shard.length).toBeGreaterThanOrEqual(least)
      }),
    )
  })

  test('is the same for the same seed, and another for another', () => {
    const labels = Int32Array.from({ length: 500 }, (_, i) => i % 10)
    const deal = (seed: number) => partition(labels, 7, createRandom(seed))
    expect(deal(1)).toEqual(deal(1))
    expect(deal(1)).not.toEqual(deal(2))
  })

  test('leaves the labels as they are', () => {
    const labels = Int32Array.from({ length: 50 }, (_, i) => i % 10)
    partition(labels, 5, createRandom(1))
    expect(labels).toEqual(Int32Array.from({ length: 50 }, (_, i) => i % 10))
  })

  test('refuses more peers than samples, and peers that are no number of peers', () => {
    const deal = (peers: number) => () => partition(Int32Array.of(0, 1), peers, createRandom(1))
    expect(deal(3)).toThrow('Cannot deal 2 samples to 3 peers; expected at least one for each')
    expect(deal(3)).toThrow(UsageError)
    for (const peers of [0, -1, 1.5, Number.NaN]) expect(deal(peers)).toThrow(`Cannot deal samples to ${peers} peers`)
  })
})

test('iid shards differ by at most one sample', () => {
  const sizes = parsePartition('iid')(new Int32Array(103), 10, createRandom(1)).map(shard => shard.length)
  expect(Math.max(...sizes) - Math.min(...sizes)).toBe(1)
})

/** Mean over peers of the total variation distance between a shard's classes and everyone's, which are uniform here. */
function skew(text: string): number {
  const labels = Int32Array.from({ length: 10_000 }, (_, i) => i % 10)
  const shards = parsePartition(text)(labels, 10, createRandom(11))
  const distances = shards.map(shard => {
    const counts = new Float64Array(10)
    for (const sample of shard) counts[sample % 10] = (counts[sample % 10] as number) + 1
    return counts.reduce((sum, count) => sum + Math.abs(count / shard.length - 0.1), 0) / 2
  })
  return distances.reduce((sum, distance) => sum + distance, 0) / shards.length
}

test('the skew grows as alpha falls, from that of iid to one class a peer', () => {
  const skews = ['dirichlet:10000', 'dirichlet:100', 'dirichlet:1', 'dirichlet:0.1', 'dirichlet:0.01'].map(skew)
  expect(skews).toEqual(skews.toSorted((a, b) => a - b))
  expect(skews[0]).toBeLessThan(0.05)
  expect(skews[4]).toBeGreaterThan(0.6)
  expect(skew('iid')).toBeLessThan(0.05)
})

test("a peer's share of a class has the mean and the variance of Dirichlet", () => {
  const peers = 5
  const alpha = 2
  const labels = Int32Array.from({ length: 5_000 }, (_, i) => i % 10)
  const partition = parsePartition(`dirichlet:${alpha}`)
  const shares: number[] = []
  for (let seed = 0; seed < 40; seed++) {
    const [first] = partition(labels, peers, createRandom(seed)) as [Int32Array]
    const counts = new Float64Array(10)
    for (const sample of first) counts[sample % 10] = (counts[sample % 10] as number) + 1
    shares.push(...counts.map(count => count / 500))
  }
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length
  // 400 shares: three standard errors of the mean, and a good fifth of the variance.
  const expected = ((1 / peers) * (1 - 1 / peers)) / (alpha * peers + 1)
  expect(Math.abs(mean - 1 / peers)).toBeLessThan(3 * Math.sqrt(expected / shares.length))
  expect(variance / expected).toBeGreaterThan(0.78)
  expect(variance / expected).toBeLessThan(1.22)
})

test('a hundred thousand samples of one class for two thousand peers are dealt without running out of stack', () => {
  const shards = parsePartition('dirichlet:0.001')(new Int32Array(200_000), 2_000, createRandom(1))
  expect(shards.every(shard => shard.length >= 10)).toBe(true)
  expect(shards.reduce((sum, shard) => sum + shard.length, 0)).toBe(200_000)
})

test.each([
  ['', 'Unknown partition ""; accepted: iid, dirichlet:ALPHA'],
  ['by-class', 'Unknown partition "by-class"; accepted: iid, dirichlet:ALPHA'],
  ['iid:2', '"iid:2" is not a partition; iid takes no argument'],
  ['dirichlet', '"dirichlet:" has no valid ALPHA; expected a number above 0, such as dirichlet:0.5'],
  ['dirichlet:0', '"dirichlet:0" has no valid ALPHA'],
  ['dirichlet:-1', '"dirichlet:-1" has no valid ALPHA'],
  ['dirichlet:much', '"dirichlet:much" has no valid ALPHA'],
  ['dirichlet:Infinity', '"dirichlet:Infinity" has no valid ALPHA'],
])('the partition "%s" is refused', (text, message) => {
  expect(() => parsePartition(text)).toThrow(message)
  expect(() => parsePartition(text)).toThrow(UsageError)
})
