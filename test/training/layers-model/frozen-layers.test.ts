import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { afterEach, expect, test } from 'vitest'
import type { FrozenPart } from '../../../src/parameters/frozen.ts'
import type { Layout } from '../../../src/parameters/layout.ts'
import { createRandom } from '../../../src/random/random.ts'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import { ModelMisfitError } from '../../../src/training/errors.ts'
import { parametersOf } from '../../../src/training/layers-model/batch-statistics.ts'
import { toLayersModel } from '../../../src/training/layers-model/layers-model.ts'
import { wholeWeights } from '../../../src/training/layers-model/whole-weights.ts'
import { createProcessTrainer } from '../../../src/training/remote/process-trainer.ts'
import { createWorkerTrainer } from '../../../src/training/remote/worker-trainer.ts'
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
const frozen = ['base/kernel', 'base/bias']

const namesOf = ({ tensors }: Layout) => tensors.map(({ name }) => name)

test('parameters are what moves, what is learned and the statistics; the frozen layer is beside them, as it was', async () => {
  const made = await trainer(model)
  expect(namesOf(made.layout)).toEqual([...learns, ...statistics])
  expect(made.layout.tensors.filter(({ trainable }) => trainable).map(({ name }) => name)).toEqual(learns)
  expect(made.frozen?.layout.tensors.filter(slot => slot.frozen).map(({ name }) => name)).toEqual(frozen)
  const before = made.frozen?.values.slice()
  const start = await made.initial()
  const trained = add(start, (await made.train(start, 20)).update)
  expect(changed(made, start, trained).toSorted()).toEqual([...learns, ...statistics].toSorted())
  expect(made.frozen?.values).toEqual(before)
})

test('a frozen layer is saved with the rest, and still frozen in the model that is read back', async () => {
  const first = await trainer(model)
  const start = await first.initial()
  const trained = add(start, (await first.train(start, 20)).update)
  const { shape, classes } = blobOptions.test
  await expect(toLayersModel(model, shape, classes, trained)).rejects.toThrow('has frozen layers')
  const saved = await toLayersModel(model, shape, classes, trained, classes, first.frozen)
  const file = await saveModel(saved, join(folder.path, 'saved'))
  const tensors = tf.memory().numTensors
  saved.dispose()
  expect(tf.memory().numTensors).toBe(tensors - first.layout.tensors.length - frozen.length)

  const second = await trainer(`tfjs:${file}`)
  expect(second.layout).toEqual(first.layout)
  expect(second.frozen).toEqual(first.frozen)
  expect((await second.evaluate(await second.initial())).loss).toBeCloseTo((await first.evaluate(trained)).loss, 5)
  const again = add(trained, (await second.train(trained, 20)).update)
  expect(changed(second, trained, again).toSorted()).toEqual([...learns, ...statistics].toSorted())
})

test('all of it, as version 0.1 kept it, is taken for a model too', async () => {
  const made = await trainer(model)
  const { shape, classes } = blobOptions.test
  const { layout, weights } = wholeWeights(made.layout, await made.initial(), made.frozen)
  const parts = await toLayersModel(model, shape, classes, await made.initial(), classes, made.frozen)
  const whole = await toLayersModel(model, shape, classes, parametersOf(layout, weights))
  const values = async (one: LayersModel) =>
    await Promise.all(one.weights.map(async weight => [...(await weight.read().data())]))
  expect(await values(whole)).toEqual(await values(parts))
  parts.dispose()
  whole.dispose()
})

test('a trainer that is told what to begin from begins there, with its frozen layers, in this thread, another and a process', async () => {
  const here = await trainer(model)
  const { layout } = here.frozen as FrozenPart
  const random = createRandom(5)
  // Variances are above 0.
  const weights = Float32Array.from({ length: layout.length }, () => 0.1 + random.uniform())
  const options = { ...blobOptions, model }
  const others = [await createWorkerTrainer(options), await createProcessTrainer(options)]
  running.push(...others)
  const losses: number[] = []
  for (const made of [here, ...others]) {
    const before = await made.initial()
    await made.begin?.(weights)
    const initial = await made.initial()
    expect(initial).not.toEqual(before)
    const whole = wholeWeights(made.layout, initial, made.frozen).weights
    for (const [i, value] of weights.entries()) expect(whole[i]).toBeCloseTo(value, 5)
    losses.push((await made.evaluate(initial)).loss)
    await made.train(initial, 3)
    expect(await made.initial()).toEqual(initial)
  }
  expect(losses).toEqual([losses[0], losses[0], losses[0]])
  const { shape, classes } = blobOptions.test
  const saved = await toLayersModel(model, shape, classes, await here.initial(), classes, here.frozen)
  const same = await trainer(`tfjs:${await saveModel(saved, join(folder.path, 'begun'))}`)
  saved.dispose()
  expect((await same.evaluate(await same.initial())).loss).toBeCloseTo(losses[0], 4)
  const given = await createTrainer({ ...options, weights })
  running.push(given)
  expect((await given.evaluate(await given.initial())).loss).toBe(losses[0])
})

test('batch normalisation in a frozen layer keeps its statistics and normalises by them; in another it goes on', async () => {
  const build = (of: string, trainable: boolean) =>
    `module:${folder.write(
      `${of}.mjs`,
      `export default ({ layers, shape, classes }) => layers.sequential({ layers: [
        layers.layers.batchNormalization({ name: 'norm', inputShape: shape, trainable: ${trainable} }),
        layers.layers.dense({ name: 'head', units: classes }),
      ] })`,
    )}`
  const held = await trainer(build('held', false))
  expect(namesOf(held.layout)).toEqual(['head/kernel', 'head/bias'])
  const start = await held.initial()
  // It begins with mean 0 and variance 1: a frozen one is as good as none, but for its ε.
  const bare = await trainer('linear')
  const { update } = await held.train(start, 5)
  const same = await bare.train(start, 5)
  for (const [i, value] of update.entries()) expect(value).toBeCloseTo(same.update[i], 2)

  const free = await trainer(build('free', true))
  const before = await free.initial()
  const trained = add(before, (await free.train(before, 5)).update)
  expect(changed(free, before, trained)).toEqual(expect.arrayContaining(statistics))
})

/** A model within a model; `freeze` is run with both its layers. */
const nested = (name: string, freeze: string) =>
  `module:${folder.write(
    `${name}.mjs`,
    `export default ({ layers, shape, classes }) => {
      const base = layers.sequential({ name: 'base', layers: [
        layers.layers.dense({ name: 'inner', units: 4, inputShape: shape }),
        layers.layers.batchNormalization({ name: 'norm' }),
      ] })
      ${freeze}
      return layers.sequential({ layers: [base, layers.layers.dense({ name: 'head', units: classes })] })
    }`,
  )}`

test('a frozen layer of a model within another is found', async () => {
  const made = await trainer(nested('inner', 'base.layers[1].trainable = false'))
  expect(namesOf(made.layout)).toEqual(['inner/kernel', 'inner/bias', 'head/kernel', 'head/bias'])
  const start = await made.initial()
  const trained = add(start, (await made.train(start, 10)).update)
  expect(changed(made, start, trained)).toEqual(namesOf(made.layout))
})

test('a model that stands frozen within another is frozen as a whole, its statistics too', async () => {
  const made = await trainer(nested('base', 'base.trainable = false'))
  expect(namesOf(made.layout)).toEqual(['head/kernel', 'head/bias'])
  const start = await made.initial()
  const { loss } = await made.evaluate(start)
  await made.train(start, 10)
  expect((await made.evaluate(start)).loss).toBe(loss)
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
