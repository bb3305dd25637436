import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { familyOfFile } from '../../src/recipe/identity.ts'
import {
  canonicalJson,
  parseRecipe,
  type RecipeInput,
  recipeHash,
  recipeHashWithPath,
} from '../../src/recipe/recipe.ts'

const digest = 'a'.repeat(64)
const recipeOf = (model: RecipeInput['model']) => parseRecipe({ model })

test.each(['tfjs', 'module'])('recipes of one file are one swarm, wherever it lies: %s', family => {
  const hashes = ['a/b', './a/b', '/home/ben/b', 'C:\\b'].map(path =>
    recipeHash(recipeOf({ name: `${family}:${path}`, digest })),
  )
  expect(new Set(hashes).size).toBe(1)
  expect(hashes[0]).not.toBe(recipeHash(recipeOf({ name: `${family}:a/b`, digest: 'b'.repeat(64) })))
})

test('a file that makes a model in another way is another swarm', () => {
  expect(recipeHash(recipeOf({ name: 'tfjs:a', digest }))).not.toBe(recipeHash(recipeOf({ name: 'module:a', digest })))
})

test('without a digest only the path is known, and a name that is no file stays whole', () => {
  expect(recipeHash(recipeOf({ name: 'tfjs:a' }))).not.toBe(recipeHash(recipeOf({ name: 'tfjs:b' })))
  expect(recipeHash(recipeOf({ name: 'mlp:4' }))).not.toBe(recipeHash(recipeOf({ name: 'mlp:8' })))
  expect(['tfjs:a', 'module:b:c', 'mlp:4', 'tfjs', 'cnn'].map(familyOfFile)).toEqual([
    'tfjs',
    'module',
    undefined,
    undefined,
    undefined,
  ])
})

test('the id that 0.1 gave, with the path, is known', () => {
  const recipe = recipeOf({ name: 'tfjs:a/b', digest })
  const { start: _start, ...fields } = recipe
  const { weights: _weights, ...averaging } = recipe.averaging
  const { membership: _membership, ...security } = recipe.security
  const old = createHash('sha256')
    .update(canonicalJson({ ...fields, averaging, security }))
    .digest('hex')
  expect(recipeHashWithPath(recipe)).toBe(old)
  expect(recipeHash(recipe)).not.toBe(old)
  expect(recipeHashWithPath(recipeOf({ name: 'cnn' }))).toBe(recipeHash(recipeOf({ name: 'cnn' })))
})

test('the weights to begin from are part of what a swarm is', () => {
  const begun = parseRecipe({ start: { from: digest } })
  expect(recipeHash(begun)).not.toBe(recipeHash(parseRecipe({})))
  expect(() => parseRecipe({ start: { from: 'weights.safetensors' } })).toThrow(
    'start.from: expected a SHA-256, as 64 lower-case hex digits',
  )
})
