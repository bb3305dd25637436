import { expect, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import { createRandom } from '../../src/random/random.ts'
import { createTrainer } from '../../src/training/create-trainer.ts'
import { ModelMisfitError } from '../../src/training/errors.ts'
import { parseModel } from '../../src/training/models.ts'
import { add, blobOptions } from './blobs.ts'

/** Bars that lie or stand, wherever: no pixel by itself says which. */
function bars(samples: number, seed: number, shape: readonly number[]): Dataset {
  const random = createRandom(seed)
  const labels = Int32Array.from({ length: samples }, () => random.integer(2))
  const inputs = new Float32Array(samples * 144)
  for (const [sample, label] of labels.entries()) {
    const [row, column] = [random.integer(9), random.integer(9)]
    for (let i = 0; i < 4; i++) {
      const pixel = label === 0 ? row * 12 + column + i : (row + i) * 12 + column
      inputs[sample * 144 + pixel] = 1
    }
  }
  return { name: 'bars', inputs, labels, shape, classes: 2 }
}

test('it learns shapes, wherever they are, with or without an axis of channels', async () => {
  const accuracies: number[] = []
  for (const shape of [
    [12, 12],
    [12, 12, 1],
  ]) {
    const [shard, test] = [bars(200, 1, shape), bars(100, 2, shape)]
    const trainer = await createTrainer({ ...blobOptions, model: 'cnn', shard, test })
    const parameters = await trainer.initial()
    const { update } = await trainer.train(parameters, 100)
    accuracies.push((await trainer.evaluate(add(parameters, update))).accuracy)
    await trainer.stop()
  }
  expect(accuracies[0]).toBeGreaterThan(0.95)
  expect(accuracies[1]).toBe(accuracies[0])
}, 120_000)

test('it takes images that are large enough, and says so of others', async () => {
  const { misfit } = parseModel('cnn')
  expect(
    [
      [10, 10],
      [28, 28, 1],
      [32, 48, 3],
    ].map(shape => misfit?.(shape)),
  ).toEqual([undefined, undefined, undefined])
  expect(misfit?.([9, 28, 1])).toBe('it takes images of at least [10, 10]')
  const refused = createTrainer({ ...blobOptions, model: 'cnn' })
  await expect(refused).rejects.toThrow(ModelMisfitError)
  await expect(refused).rejects.toThrow('cnn cannot take samples of shape [6]: it takes images, [height, width]')
})
