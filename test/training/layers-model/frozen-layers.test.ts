import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, expect, test } from 'vitest'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import { ModelMisfitError } from '../../../src/training/errors.ts'
import { toLayersModel } from '../../../src/training/layers-model/layers-model.ts'
import type { Trainer } from '../../../src/training/trainer.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { add, blobOptions } from '../blobs.ts'
import { saveModel } from '../files.ts'

const folder = temporaryFolder()

/** A frozen layer, statistics, and a layer that learns. */
const model = `module:${folder.write(
  'frozen.mjs',
  `export default ({ layers, shape, classes, seed }) => {
    const kernelInitializer = layers.initializers.glorotUniform({ seed: 1 + seed })
    return layers.sequential({ layers: [
      layers.layers.dense({ name: 'base', units: 8, inputShape: shape, trainable: false, kernelInitializer }),
      layers.layers.batchNormalization({ name: 'norm' }),
      layers.layers.dense({ name: 'head', units: classes, kernelInitializer }),
    ] })
  }`,
)}`

const running: Trainer[] = []

async function trainer(model: string): Promise<Trainer> {
  const made = await createTrainer({ ...blobOptions, model })
  running.push(made)
  return made
}

afterEach(async () => {
  for (const made of running.splice(0)) await made.stop()
})

/** Names of the tensors in which two vectors differ. */
function changed({ layout }: Trainer, before: Float32Array, after: Float32Array): string[] {
  return layout.tensors
    .filter(
      ({ offset, size }) => before.slice(offset, offset + size).join() !== after.slice(offset, offset + size).join(),
    )
    .map(({ name }) => name)
}

const learns = ['norm/gamma', 'norm/beta', 'head/kernel', 'head/bias']
const statistics = ['norm/moving_mean', 'norm/moving_variance']

test('a frozen layer is not trained, and the layout says so; the others and the statistics are', async () => {
  const made = await trainer(model)
  expect(made.layout.tensors.filter(({ trainable }) => trainable).map(({ name }) => name)).toEqual(learns)
  const start = await made.initial()
  const trained = add(start, (await made.train(start, 20)).update)
  expect(changed(made, start, trained).toSorted()).toEqual([...learns, ...statistics].toSorted())
})

test('a frozen layer is saved with the rest, and still frozen in the model that is read back', async () => {
  const first = await trainer(model)
  const start = await first.initial()
  const trained = add(start, (await first.train(start, 20)).update)
  const saved = await toLayersModel(model, blobOptions.test.shape, blobOptions.test.classes, trained)
  const file = await saveModel(saved, join(folder.path, 'saved'))
  const tensors = tf.memory().numTensors
  saved.dispose()
  expect(tf.memory().numTensors).toBe(tensors - first.layout.tensors.length)

  const second = await trainer(`tfjs:${file}`)
  expect(second.layout).toEqual(first.layout)
  expect((await second.evaluate(await second.initial())).loss).toBeCloseTo((await first.evaluate(trained)).loss, 5)
  const again = add(trained, (await second.train(trained, 20)).update)
  expect(changed(second, trained, again).toSorted()).toEqual([...learns, ...statistics].toSorted())
})

test('a model of which all is frozen is refused: it has nothing to train', async () => {
  const file = folder.write(
    'ice.mjs',
    `export default ({ layers, shape, classes }) => layers.sequential({ layers: [
      layers.layers.dense({ name: 'ice', units: classes, inputShape: shape, trainable: false }),
    ] })`,
  )
  await expect(trainer(`module:${file}`)).rejects.toThrow(ModelMisfitError)
  await expect(trainer(`module:${file}`)).rejects.toThrow('has nothing to train')
})
