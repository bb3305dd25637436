import * as layers from '@tensorflow/tfjs-layers'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'
import { evaluationBatch, evenlySpread } from '../../../src/training/layers-model/evaluation-batch.ts'

beforeAll(async () => {
  ;(await startBackend('cpu')).select()
})

function wide(units: number): layers.LayersModel {
  const input = layers.input({ shape: [4] })
  const output = layers.layers.dense({ units, kernelInitializer: 'zeros' }).apply(input) as layers.SymbolicTensor
  return layers.model({ inputs: input, outputs: output })
}

test.each([
  ['a small model takes as many samples at once as are of use', 1_000, 256],
  // 64 MiB of float32 are 16,777,216 numbers.
  ['a wide model as many as their activations fit', 400_000, 41],
  ['the widest one by one', 20_000_000, 1],
])('%s', (_what, units, samples) => {
  const model = wide(units)
  expect(evaluationBatch(model)).toBe(samples)
  model.dispose()
})

test('a part of the samples is evenly spread over all of them, and has one at least and no more than there are', () => {
  expect([...evenlySpread(10, 4)]).toEqual([0, 2, 5, 7])
  expect([...evenlySpread(3, 0.2)]).toEqual([0])
  expect([...evenlySpread(3, 100)]).toEqual([0, 1, 2])
})
