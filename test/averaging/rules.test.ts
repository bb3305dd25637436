import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WeightedVector } from '../../src/averaging/aggregator.ts'
import { mean } from '../../src/averaging/aggregators/mean.ts'
import { exchangeDifference, exchangeWeight } from '../../src/averaging/exchange.ts'
import { applyMixing, mixingMatrix } from '../../src/averaging/mixing.ts'
import { type AveragingRule, createMessage, type RuleHost, type RuleMessage } from '../../src/averaging/rule.ts'
import { parseRule, type RuleParts, ruleNames } from '../../src/averaging/rules/registry.ts'
import { ring } from '../../src/averaging/topologies/ring.ts'
import { UsageError } from '../../src/errors.ts'
import { none } from '../../src/parameters/codecs/none.ts'
import { addScaled, distance, LengthMismatchError, preciseMeanOf } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { driveRule } from './drive-rule.ts'

function normalVectors(count: number, length: number, seed: number): Float32Array[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => Float32Array.from({ length }, () => random.normal()))
}

const parts: RuleParts = { aggregator: mean, codec: none }
const host: RuleHost = {
  peers: 8,
  samples: 1,
  allocate: length => new Float32Array(length),
}

function say(rule: AveragingRule, state: unknown, to: number | string = 1): RuleMessage {
  const message = createMessage(rule.message, rule.estimate(state).length, host)
  rule.send(state, rule.message.to === 'link' ? { peer: to, weight: 0.5 } : undefined, message, createRandom(1))
  return message
}

/** The weight of one more exchange, for a peer that is in so many, begun one after another. */
function amidst(exchanges: number): number {
  const weights: number[] = []
  while (weights.length < exchanges) weights.push(exchangeWeight(weights))
  return exchangeWeight(weights)
}

function differenceOf(own: Float32Array, theirs: Float32Array, weight: number, out = new Float32Array(own.length)) {
  exchangeDifference(own, theirs, weight, out)
  return out
}

describe('the difference of an exchange', () => {
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true })
  const pairs = fc.array(fc.tuple(finite, finite), { maxLength: 40 })
  const weights = fc.oneof(
    fc.constant(0.5),
    fc
      .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
      .map(([a, b]) => Math.min(amidst(a), amidst(b))),
  )

  it('is on one side exactly the negative of that on the other, and finite', () => {
    fc.assert(
      fc.property(pairs, weights, (pairs, weight) => {
        const a = Float32Array.from(pairs, ([x]) => x)
        const b = Float32Array.from(pairs, ([, y]) => y)
        const added = differenceOf(a, b, weight)
        const subtracted = differenceOf(b, a, weight)
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
    const difference = differenceOf(a, b, exchangeWeight())
    addScaled(a, 1, difference)
    addScaled(b, -1, difference)
    expect([...a, ...b]).toEqual([2, 0, 2, 0])
  })

  it('can be written over either snapshot', () => {
    const [a, b] = normalVectors(2, 100, 1)
    const expected = differenceOf(a, b, 0.25)
    expect(differenceOf(a.slice(), b, 0.25, b.slice())).toEqual(expected)
    const own = a.slice()
    expect(differenceOf(own, b, 0.25, own)).toEqual(expected)
    const partner = b.slice()
    expect(differenceOf(a, partner, 0.25, partner)).toEqual(expected)
  })

  it('needs snapshots of the same length', () => {
    expect(() => exchangeDifference(new Float32Array(2), new Float32Array(3), 0.5, new Float32Array(2))).toThrow(
      LengthMismatchError,
    )
  })

  it('has half the weight that other exchanges leave', () => {
    expect([0, 1, 2, 3].map(amidst)).toEqual([1 / 2, 1 / 4, 1 / 8, 1 / 16])
    expect(exchangeWeight([1 / 3])).toBeCloseTo(1 / 3, 15)
  })

  it('leaves a peer in k exchanges at once a positive weight of its own', () => {
    for (let k = 0; k < 50; k++) expect(amidst(k)).toBeGreaterThan(0)
  })
})

describe.each(ruleNames)('the rule %s', name => {
  const rule = parseRule(name, parts)

  it('has the name it was parsed from', () => {
    expect(rule.name).toBe(name)
  })

  it('says in one line what it is good for', () => {
    expect(rule.hint).toMatch(/^[^\n]{10,90}[^.]$/)
  })

  it.runIf(rule.movesMean !== true)('keeps the mean of all, since it does not say that it moves it', () => {
    const start = normalVectors(8, 20, 3)
    const driven = driveRule(rule, start)
    for (let round = 0; round < 5; round++) driven.round(mixingMatrix(ring, 8, round))
    expect(distance(preciseMeanOf(driven.estimates()), preciseMeanOf(start))).toBeLessThan(1e-12)
  })

  it('starts from a copy of the parameters', () => {
    const parameters = Float32Array.of(1, 2, 3, 4)
    const state = rule.start(parameters, host)
    expect([...rule.estimate(state)]).toEqual([1, 2, 3, 4])
    rule.train(state, Float32Array.of(1, 1, 1, 1))
    expect([...parameters]).toEqual([1, 2, 3, 4])
  })

  it('sends what later training cannot change', () => {
    const state = rule.start(Float32Array.of(1, 2, 3, 4), host)
    const message = say(rule, state)
    const sent = structuredClone(message)
    rule.train(state, Float32Array.of(1, 1, 1, 1))
    expect(message).toEqual(sent)
  })

  it('has a state that survives a checkpoint', () => {
    const state = rule.start(Float32Array.of(1, 2, 3, 4), host)
    expect(structuredClone(state)).toEqual(state)
  })
})

describe('dpsgd', () => {
  const rule = parseRule('dpsgd', parts)

  it('is the product with the mixing matrix', () => {
    const vectors = normalVectors(7, 50, 2)
    const W = mixingMatrix(ring, 7, 0)
    const swarm = driveRule(rule, vectors)
    swarm.round(W)
    const expected = applyMixing(W, vectors)
    swarm.estimates().forEach((estimate, i) => {
      estimate.forEach((value, p) => {
        expect(value).toBeCloseTo(expected[i][p], 6)
      })
    })
  })

  it('moves the mean by exactly the mean of the updates', () => {
    const swarm = driveRule(rule, normalVectors(8, 20, 3))
    const updates = normalVectors(8, 20, 4)
    const expected = preciseMeanOf(swarm.estimates())
    addScaled(expected, 1, preciseMeanOf(updates))
    swarm.round(mixingMatrix(ring, 8, 0), () => updates)
    expect(distance(preciseMeanOf(swarm.estimates()), expected)).toBeLessThan(1e-12)
  })

  it('keeps its parameters where nothing arrives', () => {
    const state = rule.start(Float32Array.of(1, 2), host)
    rule.merge(state, [], 0.5)
    expect([...rule.estimate(state)]).toEqual([1, 2])
  })
})

describe('adpsgd', () => {
  const rule = parseRule('adpsgd', parts)

  it('keeps what training does between sending and merging, and the sum of the two', () => {
    const [a, b] = [0, 4].map(value => rule.start(Float32Array.of(value), host))
    const [fromA, fromB] = [say(rule, a, 'b'), say(rule, b, 'a')]
    rule.train(a, Float32Array.of(10))
    rule.merge(a, [{ peer: 'b', weight: 0.5, message: fromB }], 0.5)
    rule.merge(b, [{ peer: 'a', weight: 0.5, message: fromA }], 0.5)
    expect([...rule.estimate(a), ...rule.estimate(b)]).toEqual([12, 2])
  })

  it('takes every difference from what it sent, where it hears several', () => {
    const [own, ...others] = [0, 4, 8].map(value => rule.start(Float32Array.of(value), host))
    say(rule, own)
    const received = others.map((other, peer) => ({ peer, weight: 0.25, message: say(rule, other) }))
    rule.merge(own, received, 0.5)
    expect([...rule.estimate(own)]).toEqual([3])
  })
})

describe('the mean as an aggregator', () => {
  function aggregated(own: Float32Array, neighbours: readonly WeightedVector[]): Float32Array {
    const out = new Float32Array(own.length)
    mean.aggregate(own, neighbours, out)
    return out
  }

  it('leaves the weight of what did not arrive with the own parameters', () => {
    const own = Float32Array.of(8)
    const neighbour = { weight: 0.25, vector: Float32Array.of(0) }
    expect([...aggregated(own, [neighbour, neighbour])]).toEqual([4])
    expect([...aggregated(own, [neighbour])]).toEqual([6])
    expect([...aggregated(own, [])]).toEqual([8])
  })

  it('returns what all agree on, and changes nothing it was given', () => {
    const own = Float32Array.of(1.1, -2.3)
    const neighbours = [1, 2, 3].map(() => ({ weight: 0.2, vector: own.slice() }))
    expect([...aggregated(own, neighbours)]).toEqual([...own])
    expect([...own]).toEqual([...Float32Array.of(1.1, -2.3)])
  })

  it('needs vectors of the same length', () => {
    const neighbour = { weight: 0.5, vector: new Float32Array(3) }
    expect(() => aggregated(new Float32Array(2), [neighbour])).toThrow(LengthMismatchError)
  })
})

describe('parsing', () => {
  it('lists the rules where the name is unknown', () => {
    expect(() => parseRule('voting', parts)).toThrow(UsageError)
    for (const name of ruleNames) expect(() => parseRule('voting', parts)).toThrow(name)
    expect(() => parseRule('constructor', parts)).toThrow(UsageError)
  })
})
