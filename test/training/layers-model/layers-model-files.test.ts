import { mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'
import { ModelFileError } from '../../../src/training/errors.ts'
import { layersModelFiles, layersModelReader } from '../../../src/training/layers-model/layers-model-files.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const { path } = temporaryFolder()
const newFolder = () => mkdtemp(join(path, 'model-'))

beforeAll(async () => {
  const backend = await startBackend('cpu')
  backend.select()
})

/** Batch normalisation for weights that are not learned; wide enough for several files of weights. */
function manyLayers(): layers.LayersModel {
  return layers.sequential({
    layers: [
      layers.layers.dense({ units: 1200, activation: 'relu', inputShape: [1000], name: 'wide' }),
      layers.layers.batchNormalization({ name: 'norm' }),
      layers.layers.dense({ units: 3, name: 'logits' }),
    ],
  })
}

async function written(model: layers.LayersModel): Promise<string> {
  const folder = await newFolder()
  for (const { name, content } of await layersModelFiles(model)) await writeFile(join(folder, name), content)
  return folder
}

test('a model read back from its files predicts the same, to the bit', async () => {
  const model = manyLayers()
  const folder = await written(model)
  const copy = await layers.loadLayersModel(layersModelReader(join(folder, 'model.json')))
  const inputs = tf.randomNormal([5, 1000], 0, 1, 'float32', 7)
  const [expected, actual] = [model, copy].map(one => (one.predict(inputs) as tf.Tensor).dataSync())
  expect(actual).toEqual(expected)
})

test('weights larger than one file are cut into several, and model.json is last', async () => {
  const names = (await layersModelFiles(manyLayers())).map(({ name }) => name)
  expect(names).toEqual(['group1-shard1of2.bin', 'group1-shard2of2.bin', 'model.json'])
})

test('a missing file of weights is named', async () => {
  const folder = await written(layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [2] })] }))
  const file = join(folder, 'model.json')
  const content = await readFile(file, 'utf8')
  await writeFile(file, content.replace('shard1of1', 'shard9of9'))
  const { load } = layersModelReader(file)
  await expect(load()).rejects.toThrow(ModelFileError)
  await expect(load()).rejects.toThrow('group1-shard9of9.bin cannot be read')
})

test('a file of weights that is too short is an error, not a model with other weights', async () => {
  const folder = await written(layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [2] })] }))
  await truncate(join(folder, 'group1-shard1of1.bin'), 4)
  await expect(layersModelReader(join(folder, 'model.json')).load()).rejects.toThrow(
    'has 4 bytes of weights, its model.json describes 12',
  )
})

test.each([
  ['no JSON at all', 'not json', 'is not JSON'],
  ['a graph model', '{"format":"graph-model","modelTopology":{},"weightsManifest":[]}', 'field format'],
  ['a recipe', '{"hearsay":"1"}', 'field modelTopology'],
])('%s is refused with what was expected', async (_what, content, message) => {
  const file = join(await newFolder(), 'model.json')
  await writeFile(file, content)
  const { load } = layersModelReader(file)
  await expect(load()).rejects.toThrow(ModelFileError)
  await expect(load()).rejects.toThrow(message)
})
