import { expect, test } from 'vitest'
import { median } from '../../src/averaging/aggregators/median.ts'
import { defineAggregator, defineCodec, defineRule, defineTopology } from '../../src/averaging/define.ts'
import { pushSum } from '../../src/averaging/rules/push-sum.ts'
import { ring } from '../../src/averaging/topologies/ring.ts'
import { UsageError } from '../../src/errors.ts'
import { int8 } from '../../src/parameters/codecs/int8.ts'

test('a definition that is whole is the algorithm itself', () => {
  expect(defineRule(pushSum)).toBe(pushSum)
  expect(defineTopology(ring)).toBe(ring)
  expect(defineAggregator(median)).toBe(median)
  expect(defineCodec(int8)).toBe(int8)
})

test.each([
  ['a rule has merge, a function; found undefined', () => defineRule({ ...pushSum, merge: undefined as never })],
  ['a topology has symmetric, a boolean; found string', () => defineTopology({ ...ring, symmetric: 'yes' as never })],
  ['a codec has encode, a function; found undefined', () => defineCodec({ ...int8, encode: undefined as never })],
  ['an aggregator has aggregate, a function', () => defineAggregator({ ...median, aggregate: undefined as never })],
  ['the topology is called "My Ring"; expected lower-case', () => defineTopology({ ...ring, name: 'My Ring' })],
])('%s', (message, define) => {
  expect(define).toThrow(UsageError)
  expect(define).toThrow(message)
})
