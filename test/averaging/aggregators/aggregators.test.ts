import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Aggregator } from '../../../src/averaging/aggregator.ts'
import { aggregatorNames, parseAggregator } from '../../../src/averaging/aggregators/registry.ts'
import { AGGREGATORS, formsOf } from '../../../src/catalogue.ts'
import { UsageError } from '../../../src/errors.ts'
import { LengthMismatchError, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'

const NAMES = aggregatorNames.map(name => name.replace(/:[A-Z]+$/, ':1'))

function normalVectors(count: number, length: number): Float32Array[] {
  const random = createRandom('aggregators')
  return Array.from({ length: count }, () => Float32Array.from({ length }, () => random.normal()))
}

function aggregated<V extends Vector>(aggregator: Aggregator, vectors: readonly V[], out: Vector = vectors[0].slice()) {
  const [own, ...others] = vectors
  aggregator.aggregate(
    own,
    others.map(vector => ({ vector, weight: 1 / vectors.length })),
    out,
  )
  return [...out]
}

/** Aggregates numbers, as vectors of one coordinate. */
function ofNumbers(name: string, numbers: readonly number[]): number {
  return aggregated(
    parseAggregator(name),
    numbers.map(number => Float64Array.of(number)),
  )[0]
}

describe.each(NAMES)('the aggregator %s', name => {
  const aggregator = parseAggregator(name)

  it('has the name it was parsed from', () => {
    expect(aggregator.name).toBe(name)
  })

  it('keeps its parameters where nothing arrives', () => {
    expect(aggregated(aggregator, normalVectors(1, 5))).toEqual([...normalVectors(1, 5)[0]])
  })

  it('may write over its own parameters, and changes nothing else', () => {
    const vectors = normalVectors(7, 3_000)
    const expected = aggregated(aggregator, vectors)
    const neighbours = structuredClone(vectors.slice(1))
    expect(aggregated(aggregator, vectors, vectors[0])).toEqual(expected)
    expect(vectors.slice(1)).toEqual(neighbours)
  })

  it('gives in single precision what it gives in double, rounded', () => {
    const vectors = normalVectors(7, 50)
    const precise = aggregated(
      aggregator,
      vectors.map(vector => Float64Array.from(vector)),
    )
    expect(aggregated(aggregator, vectors)).toEqual([...Float32Array.from(precise)])
  })

  it('needs vectors of the same length', () => {
    const vectors = normalVectors(7, 5)
    expect(() => aggregated(aggregator, [...vectors, new Float32Array(6)])).toThrow(LengthMismatchError)
    expect(() => aggregated(aggregator, vectors, new Float32Array(4))).toThrow(LengthMismatchError)
  })
})

const numbers = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 80, size: 'max' })

it('median is the middle value, or the mean of the middle two', () => {
  fc.assert(
    fc.property(numbers, values => {
      const sorted = values.toSorted((a, b) => a - b)
      const [lower, upper] = [sorted[Math.ceil(values.length / 2) - 1], sorted[Math.floor(values.length / 2)]]
      expect(ofNumbers('median', values)).toBe((lower + upper) / 2)
    }),
  )
})

it('trimmed-mean:B is the mean without the B smallest and the B largest', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 5 }), (values, trimmed) => {
      fc.pre(values.length > 2 * trimmed)
      const kept = values.toSorted((a, b) => a - b).slice(trimmed, -trimmed)
      const expected = kept.reduce((sum, value) => sum + value, 0) / kept.length
      expect(ofNumbers(`trimmed-mean:${trimmed}`, values)).toBeCloseTo(expected, 9)
    }),
  )
})

it('treats every coordinate by itself, and more of them than are gathered at once', () => {
  const vectors = normalVectors(5, 2_000)
  const result = aggregated(parseAggregator('median'), vectors)
  result.forEach((value, p) => {
    expect(value).toBe(vectors.map(vector => vector[p]).sort((a, b) => a - b)[2])
  })
})

it('geometric-median lies where the sum of distances is smallest', () => {
  // A triangle whose angles are all below 120° has the point that sees every side at 120°.
  const corners = [Float64Array.of(0, 0), Float64Array.of(4, 0), Float64Array.of(2, Math.sqrt(12))]
  const [x, y] = aggregated(parseAggregator('geometric-median'), corners)
  expect(x).toBeCloseTo(2, 6)
  expect(y).toBeCloseTo(2 / Math.sqrt(3), 2)
})

it('krum:F takes one of the vectors, from where they are densest', () => {
  expect(ofNumbers('krum:1', [0, 10, 11, 12, 1000])).toBe(11)
})

it('multi-krum:F takes the mean of the densest', () => {
  expect(ofNumbers('multi-krum:1', [0, 10, 11, 13, 1000])).toBe(10.5)
})

it.each(['trimmed-mean:2', 'krum:1', 'multi-krum:1'])(
  '%s keeps its own where too few arrive to outvote byzantine peers',
  name => {
    expect(ofNumbers(name, [1, 1e6, 1e6, 1e6])).toBe(1)
  },
)

it('clipped:TAU shortens the way to a neighbour to TAU, and weighs it', () => {
  // A third of 6, cut to 3, and a third of −1.
  expect(ofNumbers('clipped:3', [0, 6, -1])).toBeCloseTo(3 / 3 - 1 / 3, 12)
})

it('clipped takes twice the median of the distances for its radius', () => {
  expect(ofNumbers('clipped', [0, 1e6, -5, 2])).toBeCloseTo((10 - 5 + 2) / 4, 9)
  expect(ofNumbers('clipped', [0, 8])).toBe(4)
})

describe('misfits', () => {
  it.each([
    [
      'trimmed-mean:3',
      5,
      'trimmed-mean:3 needs at least 6 neighbours, and a peer has 5; the nearest that works is trimmed-mean:2',
    ],
    [
      'trimmed-mean:1',
      1,
      'trimmed-mean:1 needs at least 2 neighbours, and a peer has 1; the nearest that works is median',
    ],
    ['krum:2', 5, 'krum:2 needs at least 6 neighbours, and a peer has 5; the nearest that works is krum:1'],
    [
      'multi-krum:9',
      19,
      'multi-krum:9 needs at least 20 neighbours, and a peer has 19; the nearest that works is multi-krum:8',
    ],
    ['krum:1', 3, 'krum:1 needs at least 4 neighbours, and a peer has 3; the nearest that works is median'],
  ])('%s with %i neighbours says what it needs, and what works', (name, neighbours, message) => {
    expect(parseAggregator(name).misfit(neighbours)).toBe(message)
    expect(parseAggregator(message.split(' ').at(-1) as string).misfit(neighbours)).toBe(undefined)
  })

  it.each(['trimmed-mean:2', 'krum:1', 'multi-krum:1'])('%s works with four neighbours', name => {
    expect(parseAggregator(name).misfit(4)).toBe(undefined)
  })

  it.each(['mean', 'median', 'geometric-median', 'clipped', 'clipped:1'])('%s works with none', name => {
    expect(parseAggregator(name).misfit(0)).toBe(undefined)
  })
})

describe('parsing', () => {
  it('lists the aggregators where the name is unknown', () => {
    const accepted = formsOf(AGGREGATORS).join(', ')
    expect(() => parseAggregator('mode')).toThrow(new UsageError(`unknown aggregator "mode"; accepted are ${accepted}`))
    for (const text of ['', 'mean:2', 'constructor', 'toString:1']) {
      expect(() => parseAggregator(text)).toThrow('unknown aggregator')
    }
  })

  it.each([
    ['krum', '"krum" has no valid F; expected a whole number of at least 1, such as krum:1'],
    [
      'trimmed-mean:0',
      '"trimmed-mean:0" has no valid B; expected a whole number of at least 1, such as trimmed-mean:1',
    ],
    ['trimmed-mean:1.5', '"trimmed-mean:1.5" has no valid B'],
    ['clipped:', '"clipped:" has no valid TAU; expected a number above 0, such as clipped:1'],
    ['clipped:0.0', '"clipped:0.0" has no valid TAU'],
    ['clipped:-1', '"clipped:-1" has no valid TAU'],
    ['clipped:Infinity', '"clipped:Infinity" has no valid TAU'],
  ])('refuses "%s"', (text, message) => {
    expect(() => parseAggregator(text)).toThrow(message)
    expect(() => parseAggregator(text)).toThrow(UsageError)
  })

  it('knows a radius by its value', () => {
    expect(parseAggregator('clipped:0.50').name).toBe('clipped:0.5')
  })
})
