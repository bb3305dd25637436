import * as tf from '@tensorflow/tfjs-core'
import { afterEach, expect, test } from 'vitest'
import type { Dataset } from '../../../src/data/dataset.ts'
import type { WasmBackend } from '../../../src/training/kernels/wasm-backend.ts'
import { createTensorflowTrainer } from '../../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../../src/training/trainer.ts'

/** Enough images for a few batches. */
const IMAGES: Dataset = {
  name: 'images',
  inputs: Float32Array.from({ length: 40 * 12 * 12 }, (_, i) => Math.sin(i * i)),
  labels: Int32Array.from({ length: 40 }, (_, i) => i % 3),
  shape: [12, 12, 1],
  classes: 3,
}

let trainer: Trainer | undefined

afterEach(async () => {
  await trainer?.stop()
  trainer = undefined
})

async function startTraining(optimizer: 'sgd' | 'adam'): Promise<Trainer> {
  const common = { learningRate: 0.01 }
  trainer = await createTensorflowTrainer({
    model: 'cnn',
    optimizer:
      optimizer === 'sgd' ? { ...common, name: 'sgd', momentum: 0.9, clipNorm: 1 } : { ...common, name: 'adam' },
    batch: 8,
    seed: 1,
    shardSeed: 1,
    shard: IMAGES,
    test: IMAGES,
    backend: 'wasm',
  })
  return trainer
}

test.each(['sgd', 'adam'] as const)(
  '1,000 steps with %s leave no tensors, and need no more memory than the first few',
  async optimizer => {
    const training = await startTraining(optimizer)
    const initial = await training.initial()
    await training.train(initial, 10)
    const memory = (tf.backend() as WasmBackend).wasm.asm.memory
    const before = { ...tf.memory(), reserved: memory.buffer.byteLength }
    for (let i = 0; i < 10; i++) await training.train(initial, 100)
    const after = { ...tf.memory(), reserved: memory.buffer.byteLength }
    expect(after.numTensors).toBe(before.numTensors)
    expect(after.numDataBuffers).toBe(before.numDataBuffers)
    expect(after.numBytes).toBe(before.numBytes)
    expect(after.reserved).toBe(before.reserved)
  },
  60_000,
)

test('two trainers with the same options come to the same bits', async () => {
  const updates: Float32Array[] = []
  for (let run = 0; run < 2; run++) {
    const training = await startTraining('adam')
    updates.push((await training.train(await training.initial(), 20)).update)
    await training.stop()
  }
  expect(updates[0].some(change => change !== 0)).toBe(true)
  expect(updates[1]).toEqual(updates[0])
})
