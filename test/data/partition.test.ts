import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formsOf, PARTITIONS } from '../../src/catalogue.ts'
import { PartitionError } from '../../src/data/errors.ts'
import { parsePartition } from '../../src/data/partition.ts'
import { UsageError } from '../../src/errors.ts'
import { createRandom } from '../../src/random/random.ts'
import { everyForm } from '../every-form.ts'

const NAMES = everyForm(PARTITIONS, {
  dirichlet: [0.001, 1, 100],
  quantity: [0.1, 100],
  // Refuses what has fewer classes than it deals.
  shards: [],
})

/** Labels, few or many, of any number of classes, some of which may be missing; and peers, no more than samples. */
const problem = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 300 }).chain(labels =>
  fc.record({
    labels: fc.constant(Int32Array.from(labels)),
    peers: fc.integer({ min: 1, max: labels.length }),
    seed: fc.integer(),
  }),
)

describe.each(NAMES)('%s', text => {
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

/** The classes of each shard, ascending. */
function classesOf(shards: readonly Int32Array[], labels: Int32Array): number[][] {
  return shards.map(shard => [...new Set(Array.from(shard, sample => labels[sample] as number))].sort((a, b) => a - b))
}

describe('shards:K', () => {
  /** Labels of classes of any size, and a number of peers and of classes each for which there is a deal. */
  const possible = fc
    .record({
      sizes: fc.array(fc.integer({ min: 12, max: 40 }), { minLength: 1, maxLength: 9 }),
      peers: fc.integer({ min: 1, max: 12 }),
      seed: fc.integer(),
    })
    .chain(({ sizes, peers, seed }) =>
      fc.record({
        labels: fc.constant(Int32Array.from(sizes.flatMap((size, c) => new Array<number>(size).fill(3 * c)))),
        perPeer: fc.integer({ min: Math.ceil(sizes.length / peers), max: sizes.length }),
        peers: fc.constant(peers),
        seed: fc.constant(seed),
      }),
    )

  test('gives every peer exactly K classes, and every sample to one peer', () => {
    fc.assert(
      fc.property(possible, ({ labels, perPeer, peers, seed }) => {
        const dealt = parsePartition(`shards:${perPeer}`)(labels, peers, createRandom(seed))
        expect(dealt.flatMap(shard => [...shard]).sort((a, b) => a - b)).toEqual(Array.from(labels.keys()))
        for (const classes of classesOf(dealt, labels)) expect(classes).toHaveLength(perPeer)
      }),
    )
  })

  test('gives equal shares where the classes are of one size', () => {
    const labels = Int32Array.from({ length: 1_000 }, (_, i) => i % 10)
    const dealt = parsePartition('shards:2')(labels, 100, createRandom(1))
    expect(new Set(dealt.map(({ length }) => length))).toEqual(new Set([10]))
  })

  test('cuts larger classes into more pieces', () => {
    const labels = Int32Array.from({ length: 800 }, (_, i) => (i < 600 ? 0 : 1))
    const classes = classesOf(parsePartition('shards:1')(labels, 8, createRandom(1)), labels)
    expect(classes.filter(([only]) => only === 0)).toHaveLength(6)
  })

  test('pairs every class with every other over the seeds', () => {
    const labels = Int32Array.from({ length: 60 }, (_, i) => i % 6)
    const pairs = new Set<string>()
    for (let seed = 0; seed < 20; seed++) {
      const dealt = parsePartition('shards:2')(labels, 9, createRandom(seed))
      for (const classes of classesOf(dealt, labels)) pairs.add(classes.join())
    }
    expect(pairs.size).toBe(15)
  })

  test.each([
    [11, 10, 'shards:11 is impossible: there are 10 classes; the nearest that works is shards:10'],
    [
      2,
      3,
      'shards:2 is impossible: 3 peers with so many classes each leave some of the 10 out; the nearest that works is shards:4',
    ],
    [
      3,
      40,
      'shards:3 is impossible: the classes have too few samples for 120 pieces, of which no peer gets two of a class; the nearest that works is shards:2',
    ],
  ])('refuses %i classes for each of %i peers, and names what works', (perPeer, peers, message) => {
    const labels = Int32Array.from({ length: 100 }, (_, i) => i % 10)
    const deal = (text: string) => () => parsePartition(text)(labels, peers, createRandom(1))
    expect(deal(`shards:${perPeer}`)).toThrow(new PartitionError(message))
    expect(deal(message.split(' ').at(-1) as string)).not.toThrow()
  })

  test('refuses more peers than samples', () => {
    expect(() => parsePartition('shards:1')(Int32Array.of(0, 1), 3, createRandom(1))).toThrow('expected at least one')
  })

  test('sends to another partition where no number of classes works', () => {
    const labels = Int32Array.of(0, 1, 2)
    for (const text of ['shards:1', 'shards:2']) {
      expect(() => parsePartition(text)(labels, 2, createRandom(1))).toThrow('the nearest that works is sorted')
    }
  })
})

test('sorted shards follow the labels, and differ by at most one sample', () => {
  const labels = Int32Array.from({ length: 103 }, (_, i) => (7 * i) % 10)
  const dealt = parsePartition('sorted')(labels, 10, createRandom(1))
  const classes = classesOf(dealt, labels)
  expect(classes.flat()).toEqual(classes.flat().toSorted((a, b) => a - b))
  const sizes = dealt.map(({ length }) => length)
  expect(Math.max(...sizes) - Math.min(...sizes)).toBe(1)
})

test('the sizes of quantity spread as alpha falls, and the classes stay mixed', () => {
  const labels = Int32Array.from({ length: 10_000 }, (_, i) => i % 10)
  const largest = (text: string) =>
    Math.max(...parsePartition(text)(labels, 10, createRandom(3)).map(({ length }) => length))
  expect(largest('quantity:10000')).toBeLessThan(1_100)
  expect(largest('quantity:0.1')).toBeGreaterThan(3_000)
  const [first] = parsePartition('quantity:10000')(labels, 10, createRandom(3)) as [Int32Array]
  const ofOneClass = first.filter(sample => sample % 10 === 0).length
  expect(Math.abs(ofOneClass / first.length - 0.1)).toBeLessThan(0.03)
})

test('a hundred thousand samples of one class for two thousand peers are dealt without running out of stack', () => {
  const shards = parsePartition('dirichlet:0.001')(new Int32Array(200_000), 2_000, createRandom(1))
  expect(shards.every(shard => shard.length >= 10)).toBe(true)
  expect(shards.reduce((sum, shard) => sum + shard.length, 0)).toBe(200_000)
})

const ACCEPTED = formsOf(PARTITIONS).join(', ')

test.each([
  ['', `Unknown partition ""; accepted: ${ACCEPTED}`],
  ['by-class', `Unknown partition "by-class"; accepted: ${ACCEPTED}`],
  ['iid:2', '"iid:2" is not a partition; iid takes no argument'],
  ['dirichlet', '"dirichlet:" has no valid ALPHA; expected a number above 0, such as dirichlet:0.5'],
  ['dirichlet:0', '"dirichlet:0" has no valid ALPHA'],
  ['dirichlet:-1', '"dirichlet:-1" has no valid ALPHA'],
  ['dirichlet:much', '"dirichlet:much" has no valid ALPHA'],
  ['dirichlet:Infinity', '"dirichlet:Infinity" has no valid ALPHA'],
  ['quantity:0', '"quantity:0" has no valid ALPHA; expected a number above 0, such as quantity:0.5'],
  ['sorted:2', '"sorted:2" is not a partition; sorted takes no argument'],
  ['shards', '"shards:" has no valid K; expected a whole number of at least 1, such as shards:2'],
  ['shards:0', '"shards:0" has no valid K'],
  ['shards:1.5', '"shards:1.5" has no valid K'],
])('the partition "%s" is refused', (text, message) => {
  expect(() => parsePartition(text)).toThrow(message)
  expect(() => parsePartition(text)).toThrow(UsageError)
})
