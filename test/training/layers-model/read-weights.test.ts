import { join } from 'node:path'
import * as layers from '@tensorflow/tfjs-layers'
import { expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'
import { ModelFileError } from '../../../src/training/errors.ts'
import { readLayersModelWeights } from '../../../src/training/layers-model/read-weights.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { saveModel } from '../files.ts'

const folder = temporaryFolder()

/** A `model.json` whose weights are these bytes. */
function write(name: string, weights: readonly object[], bytes: Uint8Array): string {
  folder.write(`${name}.bin`, bytes)
  const weightsManifest = [{ paths: [`${name}.bin`], weights }]
  return folder.write(`${name}.json`, JSON.stringify({ modelTopology: {}, weightsManifest }))
}

test('the weights of a saved model are read by their names, as they are', async () => {
  await startBackend('cpu')
  const model = layers.sequential({ layers: [layers.layers.dense({ name: 'only', units: 2, inputShape: [3] })] })
  const [kernel] = await Promise.all(model.getWeights().map(weight => weight.data<'float32'>()))
  const file = await saveModel(model, join(folder.path, 'saved'))
  model.dispose()
  expect(await readLayersModelWeights(file)).toEqual([
    { name: 'only/kernel', shape: [3, 2], data: kernel },
    { name: 'only/bias', shape: [2], data: new Float32Array(2) },
  ])
})

test('halves, and whole numbers of a step, are read as what they stand for', async () => {
  const weights = [
    { name: 'half', shape: [2], dtype: 'float32', quantization: { dtype: 'float16', original_dtype: 'float32' } },
    { name: 'byte', shape: [2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
    { name: 'word', shape: [1], dtype: 'float32', quantization: { dtype: 'uint16', scale: 2, min: 1 } },
  ]
  const file = write('quantised', weights, Uint8Array.of(0x00, 0x3c, 0x00, 0xc0, 0, 4, 1, 1))
  expect((await readLayersModelWeights(file)).map(({ data }) => [...data])).toEqual([[1, -2], [-1, 1], [515]])
})

test('weights that a converter calls float16 are read as what the file has', async () => {
  const weights = [{ name: 'half', shape: [2], dtype: 'float16' }]
  const halves = write('called', weights, Uint8Array.of(0x00, 0x3c, 0x00, 0xc0))
  expect((await readLayersModelWeights(halves))[0].data).toEqual(Float32Array.of(1, -2))
  const singles = write('said', weights, new Uint8Array(Float32Array.of(3, 4).buffer))
  expect((await readLayersModelWeights(singles))[0].data).toEqual(Float32Array.of(3, 4))
})

test('files that do not fit together, and weights that are no float32, are refused with what was found', async () => {
  const weights = [{ name: 'a', shape: [2], dtype: 'float32' }]
  const short = write('short', weights, new Uint8Array(7))
  await expect(readLayersModelWeights(short)).rejects.toThrow(ModelFileError)
  await expect(readLayersModelWeights(short)).rejects.toThrow('has 7 bytes of weights, its model.json describes 8')
  const whole = write('whole', [{ name: 'n', shape: [1], dtype: 'int32' }], new Uint8Array(4))
  await expect(readLayersModelWeights(whole)).rejects.toThrow(
    'the weight n is of type int32; expected float32 or float16',
  )
})
