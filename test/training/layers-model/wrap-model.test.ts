import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../src/random/random.ts'
import { toLayersModel } from '../../../src/training/layers-model/layers-model.ts'
import { wrapModel } from '../../../src/training/layers-model/wrap-model.ts'
import { createTensorflowTrainer } from '../../../src/training/tensorflow-trainer.ts'
import { blobOptions } from '../blobs.ts'

const random = createRandom(3)
const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal())

describe('a model with a map before it', () => {
  test.each([
    ['of features', [6]],
    ['of images', [2, 3, 1]],
  ])('gives for samples as they are what the model gives for mapped ones: %s', async (_, shape) => {
    const trainer = await createTensorflowTrainer(blobOptions)
    const parameters = await trainer.initial()
    await trainer.stop()
    const make = () => toLayersModel(blobOptions.model, shape, 3, parameters)
    const map = {
      shift: Float64Array.from({ length: 6 }, (_, feature) => 1_000 * feature),
      scale: Float64Array.from({ length: 6 }, (_, feature) => 10 ** (feature - 3)),
    }
    const values = normals(4 * 6)
    const raw = values.map((value, i) => value * map.scale[i % 6] + map.shift[i % 6])
    // The digits of the values that are left where the shift is large against the scale.
    const seen = raw.map((value, i) => (value - map.shift[i % 6]) / map.scale[i % 6])

    const before = tf.memory().numTensors
    const plain = await make()
    const whole = wrapModel(await make(), shape, { features: map })
    const predict = async (model: typeof plain, inputs: Float32Array) => {
      const given = tf.tensor(inputs, [4, ...shape])
      const logits = model.predict(given) as tf.Tensor
      const result = await logits.data()
      tf.dispose([given, logits])
      return result
    }
    const [expected, found] = [await predict(plain, seen), await predict(whole, raw)]
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 3)

    const { promise: saved, resolve } = Promise.withResolvers<tf.io.ModelArtifacts>()
    await whole.save(
      tf.io.withSaveHandler(async artifacts => {
        resolve(artifacts)
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
      }),
    )
    const readBack = await layers.loadLayersModel(tf.io.fromMemory(await saved))
    expect(await predict(readBack, raw)).toEqual(found)

    for (const model of [plain, whole, readBack]) model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
