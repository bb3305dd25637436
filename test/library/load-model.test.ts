import { mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPeer } from '../../src/library/create-peer.ts'
import { exportModel } from '../../src/library/export-model.ts'
import { identifyModel } from '../../src/library/identify-model.ts'
import { loadModel } from '../../src/library/load-model.ts'
import { recipeFor } from '../../src/library/recipe-for.ts'
import { decodeSafetensors, encodeSafetensors } from '../../src/parameters/safetensors.ts'
import { parseRecipe, type Recipe, type RecipeInput, recipeHash, recipeHashWithPath } from '../../src/recipe/recipe.ts'
import { layersModelFiles, layersModelReader } from '../../src/training/layers-model/layers-model-files.ts'
import { wholeWeights } from '../../src/training/layers-model/whole-weights.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { saveModel } from '../training/files.ts'
import { anyParameters, type GivenStatistics, stateOf } from './state-of.ts'

const { path, write } = temporaryFolder()
const newFolder = () => mkdtempSync(join(path, 'test-'))

/** A recipe for rows of a table: a number that is counted from 1,000, a category, and a class. */
const flowers: RecipeInput = {
  model: { name: 'mlp:5', shape: [4], classes: 3, classNames: ['a', 'b', 'c'] },
  data: {
    standardise: true,
    table: {
      columns: [
        { name: 'height', kind: 'number', origin: 1_000 },
        { name: 'colour', kind: 'category', values: ['red', 'blue'] },
        { name: 'wild', kind: 'yes/no' },
      ],
      label: { kind: 'class', name: 'species' },
      missing: ['NA'],
    },
  },
}
const statistics = { mean: [3, 0, 0, 0.5], variance: [4, 0, 0, 0.25] }
/** `[2, 4]` */
const inputs = Float32Array.of(5, 1, 0, 1, -3, 0, 1, 0)

/** One model in the three forms in which it is kept. */
async function formsOf(input: RecipeInput, agreed?: GivenStatistics) {
  const recipe = await identifyModel(parseRecipe(input))
  const { name, shape, classes, outputs } = recipe.model
  const given = await anyParameters({ name, shape, classes: outputs ?? classes })
  const state = await stateOf(newFolder(), recipe, given, agreed)
  const folder = newFolder()
  const forms = { state, safetensors: join(folder, 'model.safetensors'), tfjs: join(folder, 'model') }
  await exportModel({ state, to: forms.safetensors })
  await exportModel({ state, to: forms.tfjs })
  return { recipe, ...given, ...forms }
}

/** By TensorFlow.js alone, as a stranger would do it. */
async function byTensorflow(folder: string, samples: Float32Array, shape: readonly number[]): Promise<number[]> {
  const model = await layers.loadLayersModel(layersModelReader(join(folder, 'model.json')))
  const batch = tf.tensor(samples, [samples.length / tf.util.sizeFromShape([...shape]), ...shape])
  const output = model.predict(batch) as tf.Tensor
  const { recipe } = (model.getUserDefinedMetadata() as { hearsay: { recipe: Recipe } }).hearsay
  return [...(recipe.objective.task === 'regress' ? output : tf.softmax(output)).dataSync()]
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) expect(found[i]).toBeCloseTo(expected[i], 5)
}

describe('a model of rows of a table', () => {
  let forms: Awaited<ReturnType<typeof formsOf>>
  beforeAll(async () => {
    forms = await formsOf(flowers, statistics)
  })

  test.each(['state', 'safetensors', 'tfjs'] as const)('is loaded from %s with all that it was', async form => {
    const model = await loadModel(forms[form])
    expect(model.recipe).toEqual(forms.recipe)
    expect([...model.parameters]).toEqual([...forms.parameters])
    expect(model.layout.tensors.map(({ name, shape }) => [name, shape])).toEqual(
      forms.layout.tensors.map(({ name, shape }) => [name, shape]),
    )
    expect(model.statistics?.mean).toEqual(Float64Array.from(statistics.mean))
    // A category's are of no matter: they are not standardised.
    expect([0, 3].map(feature => model.statistics?.variance[feature])).toEqual([4, 0.25])
    const probabilities = await model.predict(inputs)
    expectClose(probabilities, await byTensorflow(forms.tfjs, inputs, [4]))
    expectClose([probabilities.slice(0, 3).reduce((sum, each) => sum + each)], [1])
    model.dispose()
  })

  test('says in every export what its features are called, and how they are standardised', async () => {
    const { metadata } = decodeSafetensors(readFileSync(forms.safetensors))
    const features = ['height', 'colour=red', 'colour=blue', 'wild']
    const standardisation = { mean: [3, 0, 0, 0.5], deviation: [2, 1, 1, 0.5] }
    expect(JSON.parse(metadata.features)).toEqual(features)
    expect(JSON.parse(metadata.standardisation)).toEqual(standardisation)
    expect(JSON.parse(metadata.recipe).data.table).toEqual(forms.recipe.data.table)
    const { userDefinedMetadata } = JSON.parse(readFileSync(join(forms.tfjs, 'model.json'), 'utf8'))
    expect(userDefinedMetadata.hearsay).toMatchObject({ features, standardisation, sealed: false })
    expect(userDefinedMetadata.hearsay.recipe.data.table).toEqual(forms.recipe.data.table)
  })

  test('takes a missing number for the mean, which TensorFlow.js is to be given', async () => {
    const missing = Float32Array.of(Number.NaN, 1, 0, 1, 5, 1, 0, Number.NaN)
    const filled = missing.map((value, i) => (Number.isNaN(value) ? statistics.mean[i % 4] : value))
    const expected = await byTensorflow(forms.tfjs, filled, [4])
    for (const form of [forms.state, forms.safetensors, forms.tfjs]) {
      const model = await loadModel(form)
      expectClose(await model.predict(missing), expected)
      model.dispose()
    }
  })

  test('refuses what are no whole samples', async () => {
    const model = await loadModel(forms.safetensors)
    await expect(model.predict(new Float32Array(5))).rejects.toThrow('a multiple of 4 numbers')
  })

  test('gives nothing back to the memory of tensors that it has not taken', async () => {
    const before = tf.memory().numTensors
    for (const form of [forms.state, forms.safetensors, forms.tfjs]) {
      const model = await loadModel(form)
      await model.predict(inputs)
      model.dispose()
    }
    expect(tf.memory().numTensors).toBe(before)
  })
})

test('a regression gives values in the units of the data, its origins and deviations undone, in every form', async () => {
  const targets = [
    { name: 'price', origin: 1_000 },
    { name: 'weight', origin: 0 },
  ]
  const table = { ...flowers.data?.table, label: { kind: 'number', targets } }
  const forms = await formsOf(
    {
      objective: { task: 'regress' },
      model: { name: 'linear', shape: [4], classes: 0, outputs: 2 },
      data: { ...flowers.data, table } as RecipeInput['data'],
    },
    { ...statistics, targets: { mean: [50, -3], variance: [100, 0.01] } },
  )
  const expected = await byTensorflow(forms.tfjs, inputs, [4])
  for (const form of [forms.state, forms.safetensors, forms.tfjs]) {
    const model = await loadModel(form)
    const values = await model.predict(inputs)
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i], 3)
    // Whatever its weights are, they are not large: within some deviations of the mean.
    for (const [i, [mean, deviation]] of [
      [1_050, 10],
      [-3, 0.1],
    ].entries()) {
      expect(Math.abs(values[i] - mean)).toBeLessThan(3 * deviation)
      expect(values[i]).not.toBeCloseTo(mean, 3)
    }
    model.dispose()
  }
})

test("a model with batch normalisation has what peers average for parameters, from TensorFlow.js's format too", async () => {
  const own = layers.sequential({
    layers: [
      layers.layers.dense({ units: 5, inputShape: [4], name: 'first' }),
      layers.layers.batchNormalization({ name: 'norm' }),
      layers.layers.dense({ units: 3, name: 'second', trainable: false }),
    ],
  })
  const source = newFolder()
  for (const { name, content } of await layersModelFiles(own)) writeFileSync(join(source, name), content)
  const forms = await formsOf({
    model: { name: `tfjs:${join(source, 'model.json')}`, shape: [4], classes: 3 },
  })
  for (const form of [forms.state, forms.safetensors, forms.tfjs]) {
    const model = await loadModel(form)
    expectClose(model.parameters, forms.parameters)
    expectClose(await model.predict(inputs), await byTensorflow(forms.tfjs, inputs, [4]))
  }
  const moved = join(newFolder(), 'elsewhere')
  renameSync(source, moved)
  await expect(loadModel(forms.safetensors)).rejects.toThrow("--model-file FILE says where this peer's copy lies")
  const modelFile = join(moved, 'model.json')
  const found = await loadModel(forms.safetensors, { modelFile })
  expectClose(await found.predict(inputs), await byTensorflow(forms.tfjs, inputs, [4]))
  await exportModel({ state: forms.state, to: join(newFolder(), 'model.onnx'), modelFile })
  // What it was made from need not be at hand.
  writeFileSync(modelFile, 'gone')
  await expect(loadModel(forms.tfjs)).resolves.toBeDefined()
  await expect(loadModel(forms.safetensors, { modelFile })).rejects.toThrow('is not JSON')
})

test('a state of version 0.1 is read, whose swarm has the path of the file in its id, and whose checkpoint what is frozen', async () => {
  const own = layers.sequential({
    layers: [
      layers.layers.dense({ units: 5, inputShape: [4], name: 'base', trainable: false }),
      layers.layers.dense({ units: 3, name: 'head' }),
    ],
  })
  const name = `tfjs:${await saveModel(own, join(newFolder(), 'model'))}`
  const recipe = await identifyModel(parseRecipe({ ...flowers, model: { name, shape: [4], classes: 3 } }))
  const { frozen, parameters, layout } = await anyParameters({ name, shape: [4], classes: 3 })
  const whole = wholeWeights(layout, parameters, frozen)
  const swarm = recipeHashWithPath(recipe)
  expect(swarm).not.toBe(recipeHash(recipe))
  const vector = { layout: whole.layout, parameters: whole.weights }
  const old = await stateOf(newFolder(), recipe, vector, statistics, swarm)
  const state = await stateOf(newFolder(), recipe, { layout, parameters, frozen }, statistics)
  const [before, after] = [await loadModel(old), await loadModel(state)]
  expect([...(await before.predict(inputs))]).toEqual([...(await after.predict(inputs))])
  await exportModel({ state: old, to: join(newFolder(), 'model.onnx') })
  for (const model of [before, after]) model.dispose()
})

test('the state of a peer that trained alone says by what its samples were standardised', async () => {
  const train = {
    name: 'measured',
    inputs: Float32Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? 5_000 + (i % 7) : (i % 5) / 100)),
    labels: Int32Array.from({ length: 40 }, (_, i) => i % 2),
    shape: [2],
    classes: 2,
  }
  const state = join(newFolder(), 'state')
  const recipe = recipeFor({ train, test: train }, { model: { name: 'linear' }, data: { standardise: true } })
  const peer = await createPeer({ recipe, data: { train, test: train }, state, alone: true, steps: 5, backend: 'cpu' })
  const trained = new Promise(resolve => peer.addEventListener('trained', resolve, { once: true }))
  await peer.start()
  await trained
  const said = (await peer.predict(train.inputs)).flatMap(row => [...row])
  await peer.stop()
  const model = await loadModel(state)
  expect(model.statistics?.mean[0]).toBeGreaterThan(5_000)
  expectClose(await model.predict(train.inputs), said)
  model.dispose()
})

describe('what is no model is refused with what is expected:', () => {
  const tensors = [{ name: 'x', shape: [2], data: Float32Array.of(1, 2) }]
  test.each([
    ['nothing', () => join(path, 'nowhere'), 'there is no such file or folder; expected'],
    [
      'a text',
      () => write('notes.txt', 'hello'),
      /notes.txt is no model that hearsay has written: .*; expected a peer's state folder/,
    ],
    ['an empty folder', newFolder, 'has no checkpoint'],
    [
      'safetensors cut short',
      () => write('cut.safetensors', 'cut'),
      'cut.safetensors is no model that hearsay has written: the file is truncated',
    ],
    [
      'safetensors of strangers',
      () => write('strange.safetensors', encodeSafetensors({ tensors, metadata: {} })),
      'does not say of which recipe it is',
    ],
    [
      'a recipe of another world',
      () => write('other.safetensors', encodeSafetensors({ tensors, metadata: { swarm: 's', recipe: '{"a":1}' } })),
      'its recipe cannot be read: recipe',
    ],
    [
      'standardised samples, and nothing that says how',
      () => {
        const metadata = { swarm: 's', recipe: JSON.stringify({ data: { standardise: true } }) }
        return write('bare.safetensors', encodeSafetensors({ tensors, metadata }))
      },
      'does not say how samples are standardised',
    ],
  ])('%s', async (_, make, message) => {
    await expect(loadModel(make())).rejects.toThrow(message)
    await expect(loadModel(make())).rejects.toMatchObject({ name: expect.stringMatching(/LoadModelError|StateError/) })
  })
})
