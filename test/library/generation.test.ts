import { expect, test } from 'vitest'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { beginNext, generationId } from '../../src/library/generation.ts'
import { hashParameters } from '../../src/parameters/hash.ts'

const RECIPE = 'ab'.repeat(32)
const parameters = Float32Array.of(1, 2, 3)
const seal = hashParameters(parameters)
const how = { recipeHash: RECIPE, steps: 50, state: './me' }

/** Of a peer that has sealed with another. */
const sealed: Checkpoint = {
  swarm: RECIPE,
  peer: 'peer',
  sequence: 7,
  step: 100,
  age: 120,
  sealed: seal,
  sealedAs: { members: 2, leftOut: 0, adopted: false },
  contribution: { ownSteps: 100, exchanges: 9, exchangesAsked: 10, averaged: { other: 100 } },
  random: [1, 2, 3, 4],
  parameters,
  decisions: [{ id: 'x', partner: 'other', frames: 1 }],
  doubts: [],
  trainer: { tensors: {}, metadata: {} },
}

test('the next generation is another swarm, and begins from the sealed parameters with nothing trained or open', () => {
  const next = beginNext(sealed, how)
  expect(next.swarm).toBe(generationId(RECIPE, [seal]))
  expect(next.swarm).not.toBe(RECIPE)
  expect(next.parameters).toBe(parameters)
  expect(next).toMatchObject({ sealed: undefined, decisions: [], step: 100, generation: { seals: [seal], steps: 50 } })
  expect(next.contribution).toMatchObject({ ownSteps: 0 })
})

test('who repeats the command after a crash goes on in the same one', () => {
  const begun = { ...beginNext(sealed, how), step: 120 }
  expect(beginNext(begun, how)).toBe(begun)
})

test('when that has sealed too, another one follows; its id is made of both seals, in order', () => {
  const again = { ...beginNext(sealed, how), sealed: seal, sealedAs: sealed.sealedAs }
  expect(beginNext(again, how).swarm).toBe(generationId(RECIPE, [seal, seal]))
  expect(generationId(RECIPE, ['a', 'b'])).not.toBe(generationId(RECIPE, ['b', 'a']))
})

test.each<[string, Partial<Checkpoint> | undefined]>([
  ['there is no state', undefined],
  ['nothing was sealed', { sealed: undefined, sealedAs: undefined }],
  ['one peer had sealed alone', { sealedAs: { members: 1, leftOut: 0, adopted: false } }],
  ['version 0.1 had sealed, which does not say with whom', { sealedAs: undefined }],
  ['what is there is not what was sealed', { parameters: Float32Array.of(1, 2, 4) }],
])('there is nothing to go on from where %s', (_, change) => {
  expect(() => beginNext(change && { ...sealed, ...change }, how)).toThrow('holds none')
})
