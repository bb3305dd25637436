import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../src/training/backend.ts'
import { toLogits } from '../../src/training/models/to-logits.ts'

beforeAll(async () => {
  ;(await startBackend('cpu')).select()
})

const l = layers.layers
const dense = (activation?: 'softmax' | 'relu') =>
  l.dense({ units: 3, activation, kernelInitializer: layers.initializers.glorotNormal({ seed: 5 }) })
/** A model of samples with two positions and four features each. */
const model = (...ending: layers.layers.Layer[]) =>
  layers.sequential({ layers: [l.reshape({ targetShape: [2, 4], inputShape: [2, 4] }), ...ending] })

const inputs = Float32Array.from({ length: 5 * 8 }, (_, i) => Math.sin(i * i))
const answers = (of: layers.LayersModel, softmax: boolean) =>
  tf.tidy(() => {
    const given = of.predict(tf.tensor3d(inputs, [5, 2, 4])) as tf.Tensor
    return (softmax ? tf.softmax(given) : given).dataSync()
  })

test.each([
  ['that is applied at each position', () => [l.timeDistributed({ layer: dense('softmax') })]],
  ['of its own, applied at each position', () => [dense(), l.timeDistributed({ layer: l.softmax() })]],
])('a softmax %s is left out', (_where, ending) => {
  const whole = model(...ending())
  const expected = answers(whole, false)
  const logits = toLogits('it', whole, { layers, classes: 3 })
  const actual = answers(logits, true)
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5)
  expect(answers(logits, false)[0]).not.toBeCloseTo(expected[0], 2)
  logits.dispose()
})

test('a model without softmax stays as it is', () => {
  const nested = model(dense(), layers.sequential({ layers: [l.dense({ units: 3, inputShape: [2, 3] })] }))
  expect(toLogits('it', nested, { layers, classes: 3 })).toBe(nested)
  nested.dispose()
})

test('a model with two outputs stays as it is, for whoever refuses it', () => {
  const input = layers.input({ shape: [4] })
  const outputs = [l.softmax(), l.softmax()].map(layer => layer.apply(input) as layers.SymbolicTensor)
  const forked = layers.model({ inputs: input, outputs })
  expect(toLogits('it', forked, { layers, classes: 4 })).toBe(forked)
  forked.dispose()
})
