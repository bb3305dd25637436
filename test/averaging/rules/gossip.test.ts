/** Gossip learning, fragments, and token accounts. */

import { describe, expect, it } from 'vitest'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { dealFragment, fragmentBounds } from '../../../src/averaging/fragments.ts'
import { parseGossipMerge } from '../../../src/averaging/gossip-merge.ts'
import { createMessage, type RuleHost } from '../../../src/averaging/rule.ts'
import { parseRule } from '../../../src/averaging/rules/registry.ts'
import {
  generalizedTokenAccount,
  randomizedTokenAccount,
  receive,
  simpleTokenAccount,
  tick,
} from '../../../src/averaging/token-account.ts'
import { UsageError } from '../../../src/errors.ts'
import { none } from '../../../src/parameters/codecs/none.ts'
import { createRandom } from '../../../src/random/random.ts'

const host: RuleHost = { peers: 2, samples: 1, allocate: length => new Float32Array(length) }
const parse = (name: string) => parseRule(name, { aggregator: mean, codec: none })

/** A peer at 8 that has trained so often, after one at 0 that has trained twice has spoken to it. */
function merged(rule: string, updates: number): number {
  const { start, train, send, merge, estimate, message: shape } = parse(rule)
  const nothing = new Float32Array(1)
  const [own, other] = [start(Float32Array.of(8), host), start(Float32Array.of(0), host)]
  for (let k = 0; k < updates; k++) train(own, nothing)
  for (let k = 0; k < 2; k++) train(other, nothing)
  const message = createMessage(shape, 1, host)
  expect(send(other, undefined, message, createRandom(1))).toBe(4 + 8)
  merge(own, [{ peer: 1, weight: 0.1, message }], 0.9)
  return estimate(own)[0]
}

describe('gossip', () => {
  it.each([
    ['gossip', 6, 6],
    ['gossip:age', 0, 0],
    ['gossip:plain', 6, 4],
    ['gossip:walk', 6, 0],
    ['gossip:limited', 2, 4],
    ['gossip:limited', 6, 8],
    ['gossip:limited', 0, 0],
    ['gossip:limited,4', 6, 6],
  ])('%s of a model at 8 and age %i with one at 0 and age 2 is one at %i', (rule, age, expected) => {
    expect(merged(rule, age)).toBe(expected)
  })

  it('goes on with the age of the older', () => {
    for (const text of ['age', 'plain', 'limited']) {
      expect(parseGossipMerge(text)(3, 7).age).toBe(7)
      expect(parseGossipMerge(text)(7, 3).age).toBe(7)
    }
    expect(parseGossipMerge('walk')(7, 3)).toEqual({ share: 1, age: 3 })
  })

  it.each(['gossip:', 'gossip:mean', 'gossip:limited,', 'gossip:limited,x', 'gossip:toString'])('refuses %s', rule => {
    expect(() => parse(rule)).toThrow(UsageError)
  })
})

describe('fragments', () => {
  it.each([
    [10, 3],
    [12, 4],
    [2, 5],
  ])('of %i numbers in %i follow one another, and differ in length by one at most', (length, fragments) => {
    const bounds = Array.from({ length: fragments }, (_, k) => fragmentBounds(length, fragments, k))
    expect(bounds[0][0]).toBe(0)
    expect(bounds.at(-1)?.[1]).toBe(length)
    bounds.slice(1).forEach(([start], k) => {
      expect(start).toBe(bounds[k][1])
    })
    const lengths = bounds.map(([start, end]) => end - start)
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
  })

  it('are dealt once each before any comes again, in orders that differ', () => {
    const deck: number[] = []
    const random = createRandom(1)
    const rounds = Array.from({ length: 20 }, () => Array.from({ length: 5 }, () => dealFragment(deck, 5, random)))
    for (const round of rounds) expect(round.toSorted()).toEqual([0, 1, 2, 3, 4])
    expect(new Set(rounds.map(String)).size).toBeGreaterThan(10)
  })

  it('need a whole number', () => {
    expect(() => parse('mosaic:0')).toThrow(
      new UsageError('rule "mosaic:0": expected mosaic, or mosaic:K with K a whole number from 1 to 65535'),
    )
  })
})

describe('a token account', () => {
  const random = createRandom(1)

  it('that is simple saves up to its capacity, then sends at every tick, and answers while it can', () => {
    const account = simpleTokenAccount(2)
    expect(tick(account, 1, random)).toEqual({ tokens: 2, sends: false })
    expect(tick(account, 2, random)).toEqual({ tokens: 2, sends: true })
    expect(receive(account, 2, false, random)).toEqual({ tokens: 1, sends: 1 })
    expect(receive(account, 0, true, random)).toEqual({ tokens: 0, sends: 0 })
  })

  it('that is generalized answers news with ⌊(A − 1 + a) / A⌋ messages, and other things with half', () => {
    const account = generalizedTokenAccount(20, 10)
    expect([0, 1, 10, 11, 20].map(tokens => account.reactive(tokens, true, random))).toEqual([0, 1, 1, 2, 2])
    expect([0, 1, 10, 11, 20].map(tokens => account.reactive(tokens, false, random))).toEqual([0, 0, 0, 1, 1])
  })

  it('that is randomized answers news with a / A messages on average, and nothing else', () => {
    const account = randomizedTokenAccount(20, 10)
    const trials = 20_000
    let sent = 0
    for (let trial = 0; trial < trials; trial++) sent += account.reactive(13, true, random)
    expect(Math.abs(sent / trials - 1.3)).toBeLessThan(0.02)
    expect(account.reactive(20, false, random)).toBe(0)
    expect([0, 8, 9, 20].map(account.proactive)).toEqual([0, 0, 0, 1])
    expect(account.proactive(14)).toBeCloseTo(5 / 11, 12)
  })

  it.each([
    [() => simpleTokenAccount(0), /capacity C = 0; expected a whole number of at least 1/],
    [() => generalizedTokenAccount(5, 6), /reactivity A = 6; expected at most its capacity C = 5/],
    [() => randomizedTokenAccount(5, 1.5), /reactivity A = 1.5; expected a whole number/],
  ])('has sizes that are possible', (create, message) => {
    expect(create).toThrow(message)
  })
})
