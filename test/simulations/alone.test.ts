import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { trainAlone } from '../../simulations/alone.ts'
import { type Dataset, features, samples } from '../../src/data/dataset.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs } from '../training/blobs.ts'

const folder = temporaryFolder()
const placement = { backend: 'wasm', gpuOf: () => undefined }
const seeds = [1, 2]
const sound = blobs(100, 1)
const recipeOf = (name: string) =>
  parseRecipe({ model: { name, shape: sound.shape, classes: sound.classes }, training: { steps: 50 } })

/** Those that run. */
const threads = new Set<Worker>()
function onWorker(worker: Worker): void {
  threads.add(worker)
  worker.once('exit', () => threads.delete(worker))
}
beforeEach(() => {
  process.on('worker', onWorker)
})
afterEach(() => {
  process.off('worker', onWorker)
})

function train(name: string, shards: readonly Dataset[], signal = new AbortController().signal) {
  return trainAlone({ recipe: recipeOf(name), shards, test: blobs(50, 2), seeds, placement, signal })
}

test('a peer that diverges alone has no accuracy, and takes none from the others', async () => {
  // So far out that no float32 holds their logits.
  const poisoned = { ...sound, inputs: new Float32Array(samples(sound) * features(sound)).fill(3e38) }
  const [ill, well] = await train('linear', [poisoned, sound])
  expect(ill.alone).toBeNull()
  expect(well.alone).toBeGreaterThan(0.5)
  expect(threads.size).toBe(0)
})

/** Trains for ever on any shard but the smallest, which it cannot be trained on. */
const stubborn = folder.write(
  'stubborn.mjs',
  `export const createTrainer = async ({ shard }) => ({
    layout: { tensors: [{ name: 'x', shape: [1], trainable: true, offset: 0, size: 1 }], length: 1 },
    backend: 'mine', samples: 1,
    initial: async () => new Float32Array(1),
    train: async () => {
      if (shard.labels.length === 1) throw new Error('one is too few')
      return await new Promise(() => {})
    },
    evaluate: async () => ({ loss: 1, accuracy: 1, samples: 1 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    stop: async () => {},
  })`,
)

test('what else goes wrong ends the training of all, and is told when no thread is left', async () => {
  await expect(train(`module:${stubborn}`, [sound, blobs(1, 3)])).rejects.toThrow('one is too few')
  expect(threads.size).toBe(0)
})

test('an interruption ends the training of all, and its reason is told when no thread is left', async () => {
  const interruption = new AbortController()
  process.once('worker', () => interruption.abort(new Error('enough')))
  await expect(train(`module:${stubborn}`, [sound, sound], interruption.signal)).rejects.toThrow('enough')
  expect(threads.size).toBe(0)
})
