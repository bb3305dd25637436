import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { expect, onTestFinished, test } from 'vitest'
import { exportModel } from '../../src/library/export-model.ts'
import { identifyModel } from '../../src/library/identify-model.ts'
import { readInitialWeights } from '../../src/library/initial-weights.ts'
import { loadModel } from '../../src/library/load-model.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import { decodeSafetensors } from '../../src/parameters/safetensors.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { openStateDirectory } from '../../src/storage/state-directory.ts'
import { startBackend } from '../../src/training/backend.ts'
import { registerLayers } from '../../src/training/layers/register.ts'
import { toLayersModel } from '../../src/training/layers-model/layers-model.ts'
import { layersModelFiles, layersModelReader } from '../../src/training/layers-model/layers-model-files.ts'
import { wholeWeights } from '../../src/training/layers-model/whole-weights.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { anyParameters, stateOf } from './state-of.ts'

const { path } = temporaryFolder()
const newFolder = () => mkdtempSync(join(path, 'test-'))

interface ModelOptions {
  readonly name: string
  readonly shape: readonly number[]
  readonly classes: number
}

const recipeOf = ({ name, shape, classes }: ModelOptions) =>
  identifyModel(parseRecipe({ model: { name, shape: [...shape], classes } }))

function predictions(model: layers.LayersModel, shape: readonly number[], most: number): number[] {
  const length = 3 * tf.util.sizeFromShape([...shape])
  const values = Float32Array.from({ length }, (_, i) => (most * ((i * 37) % 11)) / 11)
  return [...(model.predict(tf.tensor(values, [3, ...shape])) as tf.Tensor).dataSync()]
}

/** Two dense layers with a normalisation between them, as a file. */
async function normalisedModel(): Promise<string> {
  const backend = await startBackend('cpu')
  backend.select()
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ units: 5, inputShape: [4], name: 'first' }),
      layers.layers.batchNormalization({ name: 'norm' }),
      layers.layers.dense({ units: 3, name: 'second' }),
    ],
  })
  const folder = newFolder()
  for (const { name, content } of await layersModelFiles(model)) writeFileSync(join(folder, name), content)
  return join(folder, 'model.json')
}

test.each([
  ['batch normalisation', async () => ({ name: `tfjs:${await normalisedModel()}`, shape: [4], classes: 3 }), 1],
  ['convolutions', async () => ({ name: 'cnn', shape: [12, 12, 1], classes: 4 }), 1],
  ['attention', async () => ({ name: 'language:2,2,8', shape: [6], classes: 7 }), 6],
] as const)('a model with %s predicts the same once it was exported and read back', async (_what, make, most) => {
  const model = await make()
  const { layout, parameters } = await anyParameters(model)
  const state = await stateOf(newFolder(), await recipeOf(model), { layout, parameters })
  const own = await toLayersModel(model.name, model.shape, model.classes, parameters)
  const to = join(newFolder(), 'exported')
  await exportModel({ state, to })
  registerLayers()
  const read = await layers.loadLayersModel(layersModelReader(join(to, 'model.json')))
  expect(predictions(read, model.shape, most)).toEqual(predictions(own, model.shape, most))
})

test.each([
  ['one unit with sigmoid, for two classes', 1, 'sigmoid', 2],
  ['softmax', 3, 'softmax', 3],
] as const)(
  'a model that ends in %s is exported as logits, and says what was left out',
  async (_what, units, activation, classes) => {
    const saved = layers.sequential({
      layers: [
        layers.layers.dense({ units, activation, inputShape: [4], name: 'last', kernelInitializer: 'glorotNormal' }),
      ],
    })
    const folder = newFolder()
    for (const { name, content } of await layersModelFiles(saved)) writeFileSync(join(folder, name), content)
    const model = { name: `tfjs:${join(folder, 'model.json')}`, shape: [4], classes }
    const parameters = Float32Array.from(saved.getWeights().flatMap(weight => [...weight.dataSync()]))
    const layout = createLayout([
      { name: 'last/kernel', shape: [4, units], trainable: true },
      { name: 'last/bias', shape: [units], trainable: true },
    ])
    const to = join(newFolder(), 'exported')
    await exportModel({ state: await stateOf(newFolder(), await recipeOf(model), { layout, parameters }), to })
    const read = await layers.loadLayersModel(layersModelReader(join(to, 'model.json')))
    expect(read.getUserDefinedMetadata()).toMatchObject({ hearsay: { output: 'logits', leftOut: activation } })
    const given = tf.tensor(predictions(read, [4], 1), [3, classes])
    const probabilities = [...tf.softmax(given).dataSync()]
    const expected = predictions(saved, [4], 1).flatMap(p => (units === 1 ? [1 - p, p] : [p]))
    for (const [i, value] of expected.entries()) expect(probabilities[i]).toBeCloseTo(value, 5)
    // As any program reads it, it is a model for hearsay too.
    const again = `tfjs:${join(to, 'model.json')}`
    const own = await toLayersModel(again, [4], classes, parameters)
    expect(predictions(own, [4], 1)).toEqual(predictions(read, [4], 1))
  },
)

test("safetensors of a model with batch normalisation hold TensorFlow.js's weights, not what peers average", async () => {
  const model = { name: `tfjs:${await normalisedModel()}`, shape: [4], classes: 3 }
  const { layout, parameters } = await anyParameters(model)
  const own = await toLayersModel(model.name, model.shape, model.classes, parameters)
  const to = join(newFolder(), 'exported.safetensors')
  await exportModel({ state: await stateOf(newFolder(), await recipeOf(model), { layout, parameters }), to })
  const { tensors } = decodeSafetensors(readFileSync(to))
  expect(tensors.map(({ data }) => [...data])).toEqual(own.getWeights().map(weight => [...weight.dataSync()]))
})

test("what a peer's exchanges changed since its last checkpoint is exported too", async () => {
  const layout = createLayout([{ name: 'q', shape: [2, 2], trainable: true }])
  const recipe = parseRecipe({ model: { name: 'q-table', shape: [2, 2], classes: 0 } })
  const folder = await stateOf(newFolder(), recipe, { layout, parameters: Float32Array.of(1, 2, 3, 4) })
  const state = await openStateDirectory(folder)
  onTestFinished(() => state.release())
  const storage = state.storage(layout)
  await storage.load()
  await storage.append({ type: 'decided', id: 'x', partner: 'p', frames: 1, first: 2, values: Float32Array.of(10, 20) })
  await exportModel({ state: folder, to: join(folder, 'q.safetensors') })
  expect(decodeSafetensors(readFileSync(join(folder, 'q.safetensors'))).tensors).toEqual([
    { name: 'q', shape: [2, 2], data: Float32Array.of(1, 2, 13, 24) },
  ])
})

test('a model whose file has changed since is not filled with the parameters of the old one', async () => {
  const file = await normalisedModel()
  const model = { name: `tfjs:${file}`, shape: [4], classes: 3 }
  const { layout, parameters } = await anyParameters(model)
  const state = await stateOf(newFolder(), await recipeOf(model), { layout, parameters })
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n`)
  await expect(exportModel({ state, to: join(newFolder(), 'exported') })).rejects.toThrow('the recipe is of one with')
})

test("parameters of a learner of one's own go out as safetensors, and not as a LayersModel", async () => {
  const layout = createLayout([{ name: 'q', shape: [2, 2], trainable: true }])
  const parameters = Float32Array.of(1, 2, 3, 4)
  const recipe = parseRecipe({ model: { name: 'q-table', shape: [2, 2], classes: 0 } })
  const folder = await stateOf(newFolder(), recipe, { layout, parameters })
  await exportModel({ state: folder, to: join(folder, 'q.safetensors') })
  expect(decodeSafetensors(readFileSync(join(folder, 'q.safetensors'))).tensors).toEqual([
    { name: 'q', shape: [2, 2], data: parameters },
  ])
  await expect(exportModel({ state: folder, to: join(folder, 'q') })).rejects.toThrow(
    'a file that ends in .safetensors takes any model',
  )
})

test.each([
  ['as it is', false],
  ['as a model of others that has layers of the same names', true],
])('an export can be trained on and exported again: %s', async (_what, standardise) => {
  const statistics = { mean: [3, -1], variance: [4, 9] }
  const first = { name: 'linear', shape: [2], classes: 3 }
  const standardised = parseRecipe({ model: { ...first, shape: [2] }, data: { standardise: true } })
  const once = join(newFolder(), 'exported')
  const state = await stateOf(newFolder(), standardised, await anyParameters(first), statistics)
  await exportModel({ state, to: once })

  const file = join(once, 'model.json')
  // Of one of its own that standardises, hearsay refuses to standardise samples too.
  if (standardise)
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), userDefinedMetadata: {} }))
  const model = { ...first, name: `tfjs:${file}` }
  const recipe = await identifyModel(parseRecipe({ model: { ...model, shape: [2] }, data: { standardise } }))
  const parts = await anyParameters(model)
  const again = await stateOf(newFolder(), recipe, parts, standardise ? statistics : undefined)
  const twice = join(newFolder(), 'exported')
  await exportModel({ state: again, to: twice })
  const [ofState, ofFolder] = await Promise.all([loadModel(again), loadModel(twice)])
  onTestFinished(() => {
    for (const each of [ofState, ofFolder]) each.dispose()
  })
  const samples = Float32Array.of(1, 2, -3, 4, 0.5, 0)
  const [expected, predicted] = await Promise.all([ofState.predict(samples), ofFolder.predict(samples)])
  expect(predicted).toHaveLength(9)
  for (const [i, value] of predicted.entries()) expect(value).toBeCloseTo(expected[i], 6)
  expect(ofFolder.parameters).toEqual(ofState.parameters)
  // Weights to begin from are those of the model that was trained, what the first export had put around it among them.
  const { weights } = wholeWeights(parts.layout, parts.parameters, parts.frozen)
  expect((await readInitialWeights(recipe, twice)).weights).toEqual(weights)
})
