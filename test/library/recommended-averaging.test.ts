import { expect, test } from 'vitest'
import { recommendedAveraging } from '../../src/library/peer-averaging.ts'
import { defaultRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'

const aggregatorOf = (given: RecipeInput) => recommendedAveraging(given).aggregator

test('merges are clipped where members need not trust each other, by the rules that simulations clip too', () => {
  expect(recommendedAveraging({})).toEqual({ rule: 'dpsgd', aggregator: 'clipped' })
  expect(defaultRecipe.averaging).toMatchObject({ rule: 'dpsgd', aggregator: 'clipped' })
  expect(aggregatorOf({ security: { membership: 'invited' } })).toBe('clipped')
  expect(aggregatorOf({ averaging: { rule: 'adpsgd' } })).toBe('clipped')
})

test('they are not where members share a key, nothing is trained, or the rule is another', () => {
  expect(aggregatorOf({ security: { membership: 'key' } })).toBe('mean')
  expect(aggregatorOf({ training: { steps: 0 } })).toBe('mean')
  expect(aggregatorOf({ objective: { task: 'consensus' } })).toBe('mean')
  for (const rule of ['noloco', 'diloco', 'gossip', 'none']) expect(aggregatorOf({ averaging: { rule } })).toBe('mean')
})

test('what is said already stays', () => {
  const averaging = { rule: 'adpsgd', aggregator: 'mean', topology: 'ring' }
  expect(recommendedAveraging({ averaging })).toEqual(averaging)
})
