import { expect, test } from 'vitest'
import { CheckpointMismatchError } from '../../src/gossip/errors.ts'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { generationId } from '../../src/library/generation.ts'
import { takeOver } from '../../src/library/take-over.ts'
import { hashParameters } from '../../src/parameters/hash.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import { parseRecipe, recipeHash, recipeHashWithPath } from '../../src/recipe/recipe.ts'

const recipe = parseRecipe({ model: { name: 'tfjs:a/b', digest: 'a'.repeat(64) } })
const layout = createLayout([
  { name: 'head', shape: [2], trainable: true },
  { name: 'base', shape: [1], trainable: false, frozen: true },
])
const frozen = { layout, values: Float32Array.of(3) }

/** As version 0.1 kept it. */
const old: Checkpoint = {
  swarm: recipeHashWithPath(recipe),
  peer: 'peer',
  sequence: 1,
  step: 5,
  age: 6,
  sealed: undefined,
  random: [],
  parameters: Float32Array.of(1, 2, 3),
  decisions: [],
  doubts: [],
  trainer: {
    tensors: { 'outer/phi': Float32Array.of(4, 5, 6), momentum: Float32Array.of(7, 8) },
    metadata: { steps: '5' },
  },
}

test('a checkpoint of 0.1 goes on in the swarm without the path, with what moves', () => {
  const taken = takeOver(old, recipe, frozen)
  expect(taken).toEqual({
    ...old,
    swarm: recipeHash(recipe),
    parameters: Float32Array.of(1, 2),
    trainer: {
      tensors: { 'outer/phi': Float32Array.of(4, 5), momentum: Float32Array.of(7, 8) },
      metadata: { steps: '5' },
    },
  })
})

test('what was sealed is sealed without what is frozen, and a later generation stays one', () => {
  const seals = ['b'.repeat(64)]
  const sealed = {
    ...old,
    swarm: generationId(recipeHashWithPath(recipe), seals),
    generation: { seals, steps: 5 },
    sealed: hashParameters(old.parameters),
  }
  expect(takeOver(sealed, recipe, frozen)).toMatchObject({
    swarm: generationId(recipeHash(recipe), seals),
    sealed: hashParameters(Float32Array.of(1, 2)),
  })
  expect(takeOver({ ...sealed, sealed: 'c'.repeat(64) }, recipe, frozen)?.sealed).toBe('c'.repeat(64))
})

test('a checkpoint of this version, or of another swarm, is the same object', () => {
  const own = { ...old, swarm: recipeHash(recipe), parameters: Float32Array.of(1, 2) }
  expect(takeOver(own, recipe, frozen)).toBe(own)
  const strange = { ...old, swarm: 'd'.repeat(64) }
  expect(takeOver(strange, recipe, undefined)).toBe(strange)
  expect(takeOver(undefined, recipe, frozen)).toBeUndefined()
})

test('open exchanges of a whole vector are for version 0.1 to finish', () => {
  const open = { ...old, decisions: [{ id: 'x', partner: 'other', frames: 1 }] }
  expect(() => takeOver(open, recipe, frozen)).toThrow(CheckpointMismatchError)
  expect(() => takeOver(open, recipe, frozen)).toThrow('with 1 open exchanges that only that version can finish')
})
