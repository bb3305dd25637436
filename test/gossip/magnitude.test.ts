import { expect, test } from 'vitest'
import { magnitude } from '../../src/gossip/magnitude.ts'

test.for([
  [0, '0'],
  [0.7183, '0.718'],
  [11.572, '11.6'],
  [9_265, '9,270'],
  [999_000, '999,000'],
  [1e6, '1e6'],
  [1.604e8, '1.6e8'],
  [3e38, '3e38'],
] as const)('%d is written %s', ([value, text]) => {
  expect(magnitude(value)).toBe(text)
})
