import { describe, expect, onTestFinished, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import { UsageError } from '../../src/errors.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import { DataMismatchError, fitData } from '../../src/library/fit-data.ts'
import type { PeerEvents } from '../../src/library/peer.ts'
import { recipeFor } from '../../src/library/recipe-for.ts'
import { InvalidRecipeError, outputsOf, parseRecipe, type RecipeInput, recipeHash } from '../../src/recipe/recipe.ts'
import { inputsOf } from '../data/inputs-of.ts'
import { measured } from '../training/measured.ts'

const data = { train: measured(300, 1, { outputs: 2 }), test: measured(100, 2, { outputs: 2 }) }
const classified: Dataset = {
  name: 'flowers',
  inputs: new Float32Array(12),
  labels: Int32Array.of(0, 1, 2, 0),
  shape: [3],
  classes: 3,
}

describe('the recipe', () => {
  const regress = (given: RecipeInput = {}) => ({
    objective: { task: 'regress' as const },
    model: { shape: [3], classes: 0, outputs: 2 },
    ...given,
  })

  test('has the model, the task and the standardising that measured values ask for', () => {
    const recipe = recipeFor(data)
    expect(recipe.objective).toEqual({ task: 'regress' })
    expect(recipe.model).toMatchObject({ shape: [3], classes: 0, outputs: 2 })
    expect(recipe.data.standardise).toBe(true)
    expect(outputsOf(recipe.model)).toBe(2)
    expect(outputsOf(recipeFor({ train: classified, test: classified }).model)).toBe(3)
  })

  test('keeps what was said', () => {
    const recipe = recipeFor(data, {
      objective: { loss: 'huber' },
      data: { standardise: false },
      training: { learningRate: 1 },
    })
    expect([recipe.objective.loss, recipe.data.standardise, recipe.training.learningRate]).toEqual(['huber', false, 1])
  })

  test('is another swarm with another loss', () => {
    const hash = (given: RecipeInput) => recipeHash(parseRecipe(regress(given)))
    expect(hash({})).not.toBe(hash({ objective: { task: 'regress', loss: 'absolute' } }))
  })

  test.each<[message: string, recipe: RecipeInput]>([
    ['model.classes: expected 0', regress({ model: { outputs: 1 } })],
    ['model.outputs: expected a whole number of at least 1', regress({ model: { classes: 0 } })],
    ['model.outputs: is of the task regress', { model: { outputs: 1 } }],
    ['model.classNames: there are no classes', regress({ model: { classes: 0, outputs: 1, classNames: ['a'] } })],
    ['objective.loss: is of the task regress', { objective: { loss: 'huber' } }],
    ['training.classWeights: is of the task classify', regress({ training: { classWeights: 'balanced' } })],
  ])('is refused: %s', (message, recipe) => {
    expect(() => parseRecipe(recipe)).toThrow(InvalidRecipeError)
    expect(() => parseRecipe(recipe)).toThrow(message)
  })

  test.each<[message: string, given: RecipeInput, of: Dataset]>([
    ['the task for them is regress, not classify', { objective: { task: 'classify' } }, data.train],
    ['the task for them is classify', { objective: { task: 'regress' } }, classified],
  ])('for a task of other data is refused: %s', (message, given, of) => {
    expect(() => recipeFor({ train: of, test: of }, given)).toThrow(UsageError)
    expect(() => recipeFor({ train: of, test: of }, given)).toThrow(message)
  })

  test.each<[message: string, recipe: RecipeInput, of: Dataset]>([
    [
      'predicts 1 values of a sample, measured has 2',
      regress({ model: { shape: [3], classes: 0, outputs: 1 } }),
      data.train,
    ],
    ['predicts measured values, flowers has 3 classes', regress(), classified],
    [
      "measured has measured values, not classes: the task for them is regress, the recipe's is classify",
      { model: { shape: [3] } },
      data.train,
    ],
    [
      'language cannot take samples',
      regress({ model: { name: 'language', shape: [3], classes: 0, outputs: 2 } }),
      data.train,
    ],
  ])('does not fit other data: %s', (message, recipe, of) => {
    const fit = () => fitData(parseRecipe(recipe), { train: of, test: of })
    expect(fit).toThrow(DataMismatchError)
    expect(fit).toThrow(message)
  })
})

test('a peer tells errors in the units of the data, and predicts in them', async () => {
  const recipe = recipeFor(data, { model: { name: 'linear' }, training: { steps: 200, weightDecay: 0 } })
  const peer = await createPeer({ recipe, data, alone: true, backend: 'wasm' })
  onTestFinished(() => peer.stop())
  const rounds: PeerEvents['round'][] = []
  peer.addEventListener('round', ({ detail }) => rounds.push(detail))
  await peer.start()
  await peer.untilConsensus()
  const { rmse = 0, r2, perTarget, accuracy } = await peer.evaluate()
  expect(accuracy).toBeNaN()
  // Noise of deviation 0.5.
  expect(rmse).toBeGreaterThan(0.4)
  expect(rmse).toBeLessThan(0.65)
  expect(r2).toBeGreaterThan(0.97)
  expect(perTarget).toHaveLength(2)
  expect(rounds.at(-1)).toMatchObject({ accuracy: null, r2: expect.any(Number), rmse: expect.any(Number) })

  const predicted = await peer.predict(inputsOf(data.test))
  expect(predicted[0]).toHaveLength(2)
  const { values = new Float32Array() } = data.test
  const squared = predicted.flatMap((row, i) => [...row].map((value, k) => (value - values[2 * i + k]) ** 2))
  const rootOf = (output: number) =>
    Math.sqrt(squared.filter((_, i) => i % 2 === output).reduce((sum, square) => sum + square, 0) / predicted.length)
  for (const output of [0, 1]) expect(rootOf(output)).toBeCloseTo(perTarget?.[output].rmse ?? 0, 3)

  const stopped = new Promise<PeerEvents['stopped']>(resolve =>
    peer.addEventListener('stopped', ({ detail }) => resolve(detail)),
  )
  await peer.stop()
  expect(await stopped).toMatchObject({ accuracy: null, r2, rmse })
})
