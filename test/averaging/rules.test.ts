import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean } from '../../src/averaging/aggregators/mean.ts'
import { aggregatorNames, parseAggregator } from '../../src/averaging/aggregators/registry.ts'
import { exchangeDifference, exchangeWeight } from '../../src/averaging/exchange.ts'
import { applyMixing, type MixingMatrix, mixingMatrix } from '../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../src/averaging/rule.ts'
import { parseRule, ruleNames } from '../../src/averaging/rules/registry.ts'
import { ring } from '../../src/averaging/topologies/ring.ts'
import { UsageError } from '../../src/errors.ts'
import { addScaled, LengthMismatchError, meanOf } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'

function normalVectors(count: number, length: number, seed: number): Float32Array[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => Float32Array.from({ length }, () => random.normal()))
}

/** One synchronous round of everyone, as an engine would drive it. */
function round(rule: AveragingRule, states: readonly unknown[], W: MixingMatrix): void {
  const inboxes = W.map(({ neighbours, weights }, i) =>
    Array.from(neighbours, (j, k) => ({
      peer: j,
      weight: weights[k],
      message: rule.send(states[j], { peer: i, weight: weights[k] }),
    })),
  )
  states.forEach((state, i) => {
    rule.merge(state, inboxes[i])
  })
}

describe('the difference of an exchange', () => {
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true })
  const pairs = fc.array(fc.tuple(finite, finite), { maxLength: 40 })
  const weights = fc.oneof(
    fc.constant(0.5),
    fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 })).map(([a, b]) => exchangeWeight(a, b)),
  )

  it('is on one side exactly the negative of that on the other, and finite', () => {
    fc.assert(
      fc.property(pairs, weights, (pairs, weight) => {
        const a = Float32Array.from(pairs, ([x]) => x)
        const b = Float32Array.from(pairs, ([, y]) => y)
        const added = exchangeDifference(a, b, weight)
        const subtracted = exchangeDifference(b, a, weight)
        // -0 and 0 add the same; every other value must have the same bits but for the sign.
        added.forEach((d, i) => {
          expect(Number.isFinite(d)).toBe(true)
          expect(d + subtracted[i]).toBe(0)
        })
      }),
      { numRuns: 500 },
    )
  })

  it('takes a lone pair to its mean', () => {
    const [a, b] = [Float32Array.of(1, -8), Float32Array.of(3, 8)]
    const difference = exchangeDifference(a, b, exchangeWeight(1, 1))
    addScaled(a, 1, difference)
    addScaled(b, -1, difference)
    expect([...a, ...b]).toEqual([2, 0, 2, 0])
  })

  it('can be written over either snapshot', () => {
    const [a, b] = normalVectors(2, 100, 1)
    const expected = exchangeDifference(a, b, 0.25)
    expect(exchangeDifference(a.slice(), b, 0.25, b.slice())).toEqual(expected)
    const own = a.slice()
    expect(exchangeDifference(own, b, 0.25, own)).toEqual(expected)
    const partner = b.slice()
    expect(exchangeDifference(a, partner, 0.25, partner)).toEqual(expected)
  })

  it('needs snapshots of the same length', () => {
    expect(() => exchangeDifference(new Float32Array(2), new Float32Array(3), 0.5)).toThrow(LengthMismatchError)
  })

  it('is weighed by the busier of the two, and alike on both sides', () => {
    expect(exchangeWeight(1, 1)).toBe(1 / 2)
    expect(exchangeWeight(3, 1)).toBe(1 / 4)
    expect(exchangeWeight(1, 3)).toBe(exchangeWeight(3, 1))
  })

  it('leaves a peer in k exchanges at once a positive weight of its own', () => {
    for (let k = 1; k < 50; k++) expect(1 - k * exchangeWeight(k, 1)).toBeGreaterThan(0)
  })
})

describe.each(ruleNames)('the rule %s', name => {
  const rule = parseRule(name, mean)

  it('has the name it was parsed from', () => {
    expect(rule.name).toBe(name)
  })

  it('starts from a copy of the parameters', () => {
    const parameters = Float32Array.of(1, 2)
    const state = rule.start(parameters)
    rule.train(state, Float32Array.of(1, 1))
    expect([...rule.estimate(state)]).toEqual([2, 3])
    expect([...parameters]).toEqual([1, 2])
  })

  it('sends what later training cannot change', () => {
    const state = rule.start(Float32Array.of(1, 2))
    const message = rule.send(state, { peer: 1, weight: 0.5 })
    const sent = structuredClone(message)
    rule.train(state, Float32Array.of(1, 1))
    expect(message).toEqual(sent)
  })

  it('keeps its parameters where nothing arrives', () => {
    const state = rule.start(Float32Array.of(1, 2))
    rule.send(state, { peer: 1, weight: 0.5 })
    rule.merge(state, [])
    expect([...rule.estimate(state)]).toEqual([1, 2])
  })

  it('has a state that survives a checkpoint', () => {
    const state = rule.start(Float32Array.of(1, 2))
    expect(structuredClone(state)).toEqual(state)
  })
})

describe('dpsgd', () => {
  const rule = parseRule('dpsgd', mean)

  it('is the product with the mixing matrix', () => {
    const vectors = normalVectors(7, 50, 2)
    const W = mixingMatrix(ring, 7, 0)
    const states = vectors.map(vector => rule.start(vector))
    round(rule, states, W)
    const expected = applyMixing(W, vectors)
    states.forEach((state, i) => {
      rule.estimate(state).forEach((value, p) => {
        expect(value).toBeCloseTo(expected[i][p], 6)
      })
    })
  })

  it('moves the mean by exactly the mean of the updates', () => {
    const W = mixingMatrix(ring, 8, 0)
    const states = normalVectors(8, 20, 3).map(vector => rule.start(vector))
    const updates = normalVectors(8, 20, 4)
    const expected = meanOf(states.map(state => rule.estimate(state)))
    addScaled(expected, 1, meanOf(updates))
    states.forEach((state, i) => {
      rule.train(state, updates[i])
    })
    round(rule, states, W)
    meanOf(states.map(state => rule.estimate(state))).forEach((value, p) => {
      expect(value).toBeCloseTo(expected[p], 6)
    })
  })
})

describe('adpsgd', () => {
  const rule = parseRule('adpsgd', mean)

  it('keeps what training does between sending and merging, and the sum of the two', () => {
    const [a, b] = [rule.start(Float32Array.of(0)), rule.start(Float32Array.of(4))]
    const fromA = rule.send(a, { peer: 'b', weight: 0.5 })
    const fromB = rule.send(b, { peer: 'a', weight: 0.5 })
    rule.train(a, Float32Array.of(10))
    rule.merge(a, [{ peer: 'b', weight: 0.5, message: fromB }])
    rule.merge(b, [{ peer: 'a', weight: 0.5, message: fromA }])
    expect([...rule.estimate(a), ...rule.estimate(b)]).toEqual([12, 2])
  })
})

describe('the mean as an aggregator', () => {
  it('leaves the weight of what did not arrive with the own parameters', () => {
    const own = Float32Array.of(8)
    const neighbour = { weight: 0.25, vector: Float32Array.of(0) }
    expect([...mean.aggregate(own, [neighbour, neighbour])]).toEqual([4])
    expect([...mean.aggregate(own, [neighbour])]).toEqual([6])
    expect([...mean.aggregate(own, [])]).toEqual([8])
  })

  it('returns what all agree on, and changes nothing it was given', () => {
    const own = Float32Array.of(1.1, -2.3)
    const neighbours = [1, 2, 3].map(() => ({ weight: 0.2, vector: own.slice() }))
    expect([...mean.aggregate(own, neighbours)]).toEqual([...own])
    expect([...own]).toEqual([...Float32Array.of(1.1, -2.3)])
  })

  it('needs vectors of the same length', () => {
    const neighbour = { weight: 0.5, vector: new Float32Array(3) }
    expect(() => mean.aggregate(new Float32Array(2), [neighbour])).toThrow(LengthMismatchError)
  })
})

describe('parsing', () => {
  it('lists the rules and aggregators where the name is unknown', () => {
    expect(() => parseRule('fedavg', mean)).toThrow(
      new UsageError('unknown averaging rule "fedavg"; accepted are adpsgd, dpsgd, none'),
    )
    expect(() => parseRule('constructor', mean)).toThrow(UsageError)
    expect(() => parseAggregator('mode')).toThrow(new UsageError('unknown aggregator "mode"; accepted are mean'))
  })

  it('finds every aggregator by its name', () => {
    for (const name of aggregatorNames) expect(parseAggregator(name).name).toBe(name)
  })
})
