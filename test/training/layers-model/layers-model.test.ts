import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { createLayout } from '../../../src/parameters/layout.ts'
import { startBackend } from '../../../src/training/backend.ts'
import {
  buildModel,
  modelVariables,
  tensorSpecs,
  toLayersModel,
} from '../../../src/training/layers-model/layers-model.ts'
import { parseModel } from '../../../src/training/models.ts'
import { readVariables } from '../../../src/training/variables.ts'

const request = { shape: [4, 5, 1], classes: 3, seed: 7 }

beforeAll(async () => {
  const backend = await startBackend('cpu')
  backend.select()
})

test('the layout of an MLP names each tensor, however many models were built before', async () => {
  for (let built = 0; built < 3; built++) {
    const model = await buildModel(parseModel('mlp:8,6'), request)
    expect(createLayout(tensorSpecs(model)).tensors).toEqual([
      { name: 'hidden1/kernel', shape: [20, 8], trainable: true, offset: 0, size: 160 },
      { name: 'hidden1/bias', shape: [8], trainable: true, offset: 160, size: 8 },
      { name: 'hidden2/kernel', shape: [8, 6], trainable: true, offset: 168, size: 48 },
      { name: 'hidden2/bias', shape: [6], trainable: true, offset: 216, size: 6 },
      { name: 'logits/kernel', shape: [6, 3], trainable: true, offset: 222, size: 18 },
      { name: 'logits/bias', shape: [3], trainable: true, offset: 240, size: 3 },
    ])
    model.dispose()
  }
})

test.each([0, 1, 'a name'])('the seed %s always gives the same initial parameters', async seed => {
  const [first, second] = await Promise.all([1, 2].map(() => buildModel(parseModel('mlp:8,8'), { ...request, seed })))
  expect(await readVariables(modelVariables(first))).toEqual(await readVariables(modelVariables(second)))
  first.dispose()
  second.dispose()
})

test('layers of one shape start from different parameters', async () => {
  const model = await buildModel(parseModel('mlp:8,8,8'), request)
  const [, , second, , third] = await Promise.all(modelVariables(model).map(variable => variable.data()))
  expect(second).not.toEqual(third)
  model.dispose()
})

test('initial weights have the spread that keeps activations level: He for hidden layers, Glorot for logits', async () => {
  const model = await buildModel(parseModel('mlp:300'), { shape: [400], classes: 200, seed: 1 })
  const [hidden, , logits] = await Promise.all(modelVariables(model).map(variable => variable.data<'float32'>()))
  expect(meanSquare(hidden)).toBeCloseTo(2 / 400, 3)
  expect(meanSquare(logits)).toBeCloseTo(2 / (300 + 200), 3)
  model.dispose()
})

function meanSquare(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length
}

test('a model for embedders computes with the parameters given, and its output is logits', async () => {
  // [2 inputs, 3 classes], then the bias.
  const parameters = Float32Array.of(1, 2, 3, 4, 5, 6, -10, 0, 10)
  const model = await toLayersModel('linear', [2], 3, parameters)
  const logits = tf.tidy(() => (model.predict(tf.tensor2d([[1, -1]])) as tf.Tensor).dataSync())
  expect([...logits]).toEqual([-13, -3, 7])
  model.dispose()
})

test('a model for embedders keeps its parameters when theirs are changed later', async () => {
  const parameters = new Float32Array(9)
  const model = await toLayersModel('linear', [2], 3, parameters)
  parameters.fill(1)
  const logits = tf.tidy(() => (model.predict(tf.tensor2d([[1, 1]])) as tf.Tensor).dataSync())
  expect([...logits]).toEqual([0, 0, 0])
  model.dispose()
})

test('parameters of another model are refused, and nothing is left in memory', async () => {
  const tensors = tf.memory().numTensors
  await expect(toLayersModel('linear', [2], 3, new Float32Array(8))).rejects.toThrow('expected 9 parameters')
  expect(tf.memory().numTensors).toBe(tensors)
})
