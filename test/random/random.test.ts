import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom, type Random, restoreRandom } from '../../src/random/random.ts'

const DRAWS = 40_000

/** Mean and variance of many draws. */
function moments(draw: (random: Random) => number, seed: number | string = 1) {
  const random = createRandom(seed)
  const values = Float64Array.from({ length: DRAWS }, () => draw(random))
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS
  return { values, mean, variance }
}

/** Pearson's correlation. Of independent series it is within 4 / √n of 0, but for one in 16,000. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (series: Float64Array) => series.reduce((sum, value) => sum + value, 0) / series.length
  const [meanA, meanB] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  a.forEach((value, i) => {
    const da = value - meanA
    const db = (b[i] as number) - meanB
    ab += da * db
    aa += da * da
    bb += db * db
  })
  return ab / Math.sqrt(aa * bb)
}

const take = (random: Random, count: number) => Float64Array.from({ length: count }, () => random.uniform())

describe('distributions, by their first two moments', () => {
  // Four standard errors: √(variance / n) for the mean, and √((μ₄ - variance²) / n) for the variance.
  const within = (variance: number) => 4 * Math.sqrt(variance / DRAWS)

  test('uniform is in [0, 1) and flat', () => {
    const { values, mean, variance } = moments(random => random.uniform())
    expect(values.every(value => value >= 0 && value < 1)).toBe(true)
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(within(1 / 12))
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(within(1 / 180))
    const tenths = new Float64Array(10)
    for (const value of values) tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] as number) + 1
    for (const count of tenths) expect(Math.abs(count - DRAWS / 10)).toBeLessThan(4 * Math.sqrt(DRAWS * 0.09))
  })

  test('integers take every value below the bound, equally often', () => {
    const { values } = moments(random => random.integer(7))
    for (let value = 0; value < 7; value++) {
      const count = values.filter(drawn => drawn === value).length
      expect(Math.abs(count - DRAWS / 7)).toBeLessThan(4 * Math.sqrt((DRAWS * 6) / 49))
    }
    expect(values.every(value => Number.isInteger(value) && value >= 0 && value < 7)).toBe(true)
    expect(createRandom(1).integer(1)).toBe(0)
  })

  test('normal has mean 0, variance 1, and the tails of a bell', () => {
    const { values, mean, variance } = moments(random => random.normal())
    expect(Math.abs(mean)).toBeLessThan(within(1))
    expect(Math.abs(variance - 1)).toBeLessThan(within(2))
    const beyondTwo = values.filter(value => Math.abs(value) > 2).length / DRAWS
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(within(0.0455 * 0.9545))
    expect(values.every(Number.isFinite)).toBe(true)
  })

  test.each([0.1, 0.5, 1, 3, 50])('gamma of shape %d has that mean and that variance', shape => {
    const { values, mean, variance } = moments(random => random.gamma(shape))
    expect(Math.abs(mean - shape)).toBeLessThan(within(shape))
    expect(Math.abs(variance - shape)).toBeLessThan(within(2 * shape * shape + 6 * shape))
    expect(values.every(value => value >= 0)).toBe(true)
  })

  test.each([0.2, 1, 10])('dirichlet of concentration %d has the mean and variance of each category', concentration => {
    const categories = 4
    const { mean, variance } = moments(random => random.dirichlet(concentration, categories)[2] as number)
    const expected = ((1 / categories) * (1 - 1 / categories)) / (categories * concentration + 1)
    expect(Math.abs(mean - 1 / categories)).toBeLessThan(within(expected))
    expect(variance / expected).toBeGreaterThan(0.95)
    expect(variance / expected).toBeLessThan(1.05)
  })

  test('dirichlet is a point of the simplex for every concentration, however small', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e4, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer(),
        (concentration, categories, seed) => {
          const point = createRandom(seed).dirichlet(concentration, categories)
          expect(point).toHaveLength(categories)
          expect(point.every(share => share >= 0 && share <= 1)).toBe(true)
          expect(point.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
        },
      ),
    )
  })
})

describe('seeds and forks', () => {
  test('one seed gives one sequence, and different seeds unrelated ones', () => {
    expect(take(createRandom(5), 100)).toEqual(take(createRandom(5), 100))
    for (const [a, b] of [
      [1, 2],
      [0, 1],
      ['a', 'b'],
    ] as const) {
      expect(Math.abs(correlation(take(createRandom(a), DRAWS), take(createRandom(b), DRAWS)))).toBeLessThan(
        4 / Math.sqrt(DRAWS),
      )
    }
  })

  test('forking does not move the parent', () => {
    const random = createRandom(1)
    random.uniform()
    const before = random.state()
    const child = random.fork('child')
    child.uniform()
    child.fork('grandchild').normal()
    expect(random.state()).toEqual(before)
  })

  test('a label names its stream, a number as well as text', () => {
    const random = createRandom(1)
    expect(take(random.fork('a'), 10)).toEqual(take(random.fork('a'), 10))
    expect(take(random.fork(3), 10)).toEqual(take(random.fork('3'), 10))
    expect(take(random.fork('a'), 10)).not.toEqual(take(random.fork('b'), 10))
  })

  test('a fork is unrelated to its parent, its siblings and the same fork of another seed', () => {
    const limit = 4 / Math.sqrt(DRAWS)
    const child = take(createRandom(1).fork(0), DRAWS)
    expect(Math.abs(correlation(child, take(createRandom(1), DRAWS)))).toBeLessThan(limit)
    expect(Math.abs(correlation(child, take(createRandom(1).fork(1), DRAWS)))).toBeLessThan(limit)
    expect(Math.abs(correlation(child, take(createRandom(2).fork(0), DRAWS)))).toBeLessThan(limit)
  })

  test.each([0, 1, 2, 5])(
    'draw %d of many numbered forks is uniform across them, and unrelated between neighbours',
    skipped => {
      const random = createRandom(1)
      const drawn = Float64Array.from({ length: DRAWS }, (_, label) => {
        const fork = random.fork(label)
        for (let i = 0; i < skipped; i++) fork.uniform()
        return fork.uniform()
      })
      const mean = drawn.reduce((sum, value) => sum + value, 0) / DRAWS
      expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / DRAWS))
      const tenths = new Float64Array(10)
      for (const value of drawn) tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] as number) + 1
      for (const count of tenths) expect(Math.abs(count - DRAWS / 10)).toBeLessThan(4 * Math.sqrt(DRAWS * 0.09))
      expect(Math.abs(correlation(drawn.subarray(1), drawn.subarray(0, -1)))).toBeLessThan(4 / Math.sqrt(DRAWS))
    },
  )

  test('a restored state goes on exactly where it was, through every kind of draw', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 20 }), (seed, draws) => {
        const random = createRandom(seed)
        for (let i = 0; i < draws; i++) random.normal()
        const again = restoreRandom(JSON.parse(JSON.stringify(random.state())))
        const everything = (from: Random) => [
          from.uniform(),
          from.integer(1000),
          from.normal(),
          from.gamma(0.3),
          ...from.dirichlet(0.5, 3),
          ...from.shuffle([1, 2, 3, 4, 5]),
          from.fork('x').uniform(),
          ...from.state(),
        ]
        expect(everything(again)).toEqual(everything(random))
      }),
    )
  })

  test('a state that was taken does not move on with its owner', () => {
    const random = createRandom(1)
    const state = random.state()
    const kept = [...state]
    random.uniform()
    expect(state).toEqual(kept)
  })
})

describe('shuffle', () => {
  test('permutes in place and returns its argument', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 })), fc.integer(), (items, seed) => {
        const shuffled = Int32Array.from(items)
        expect(createRandom(seed).shuffle(shuffled)).toBe(shuffled)
        expect([...shuffled].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b))
      }),
    )
  })

  test('brings every order about equally often', () => {
    const random = createRandom(1)
    const counts = new Map<string, number>()
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([0, 1, 2, 3]).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(4 * Math.sqrt(1_000))
  })
})
