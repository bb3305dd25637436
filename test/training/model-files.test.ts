import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { startBackend } from '../../src/training/backend.ts'
import { createTrainer } from '../../src/training/create-trainer.ts'
import { ModelFileError, ModelMisfitError } from '../../src/training/errors.ts'
import { toLayersModel } from '../../src/training/layers-model/layers-model.ts'
import { modelDigest } from '../../src/training/layers-model/model-digest.ts'
import { createWorkerTrainer } from '../../src/training/remote/worker-trainer.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { TrainerOptions } from '../../src/training/trainer-options.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { add, blobOptions } from './blobs.ts'
import { saveModel } from './files.ts'
import { poem } from './poem.ts'

const folder = temporaryFolder()
let folders = 0
const newFolder = () => join(folder.path, `model${++folders}`)
const newFile = (content: string) => folder.write(`model${++folders}.mjs`, content)

const running: Trainer[] = []

async function trainer(changes: Partial<TrainerOptions>): Promise<Trainer> {
  const made = await createTrainer({ ...blobOptions, ...changes })
  running.push(made)
  return made
}

beforeAll(async () => {
  ;(await startBackend('wasm')).select()
})

afterEach(async () => {
  for (const made of running.splice(0)) await made.stop()
})

const { shape, classes } = blobOptions.test

describe('a model that TensorFlow.js saved', () => {
  test('trains on from its weights', async () => {
    const first = await trainer({ model: 'mlp:8' })
    const start = await first.initial()
    const trained = add(start, (await first.train(start, 30)).update)
    const model = await toLayersModel('mlp:8', shape, classes, trained)
    const file = await saveModel(model, newFolder())
    model.dispose()

    const second = await trainer({ model: `tfjs:${file}` })
    expect(await second.initial()).toEqual(trained)
    const before = await second.evaluate(trained)
    // The first is trained by the fused kernels, which round otherwise.
    const { loss, ...known } = await first.evaluate(trained)
    expect(before).toEqual({ ...known, loss: expect.closeTo(loss, 6) })
    const after = await second.evaluate(add(trained, (await second.train(trained, 60)).update))
    expect(after.loss).toBeLessThan(before.loss)
  })

  test('of language comes back with its own layers', async () => {
    const data = poem(8)
    const options = { shard: data, test: data, model: 'language:1,2,8' }
    const first = await trainer(options)
    const start = await first.initial()
    const model = await toLayersModel(options.model, data.shape, data.classes, start)
    const file = await saveModel(model, newFolder())
    model.dispose()
    const second = await trainer({ ...options, model: `tfjs:${file}` })
    expect(second.layout).toEqual(first.layout)
    expect(await second.evaluate(await second.initial())).toEqual(await first.evaluate(start))
  })

  const softmax = {
    'in its last layer': () => [dense('softmax')],
    'as a layer of its own': () => [dense(), layers.layers.softmax()],
    'as an activation of its own': () => [dense(), layers.layers.activation({ activation: 'softmax' })],
    'in a model that is the last layer': () => [base(), nested(head('softmax'))],
    'as a layer of a model that is the last layer': () => [base(), nested(head(), layers.layers.softmax())],
    'two models deep': () => [base(), nested(nested(head(), layers.layers.softmax()))],
  }
  const dense = (activation?: 'softmax') =>
    layers.layers.dense({
      units: classes,
      activation,
      inputShape: [...shape],
      name: 'dense',
      kernelInitializer: layers.initializers.randomNormal({ seed: 3 }),
    })

  const base = () => layers.layers.dense({ units: 4, inputShape: [...shape], name: 'base' })
  const head = (activation?: 'softmax') =>
    layers.layers.dense({ units: classes, activation, inputShape: [4], name: 'head' })
  const nested = (...inner: layers.layers.Layer[]) => layers.sequential({ layers: inner })

  test.each(Object.entries(softmax))('with a softmax %s is trained on the logits before it', async (_where, ending) => {
    const saved = layers.sequential({ layers: ending() })
    const file = await saveModel(saved, newFolder())
    const { test, batch } = blobOptions
    const { initial, evaluate, train } = await trainer({ model: `tfjs:${file}`, batch })
    const parameters = await initial()
    const { loss } = await evaluate(parameters)
    const expected = tf.tidy(() => {
      const p = saved.predict(
        tf.tensor2d(test.inputs as Float32Array, [300, ...shape] as [number, number]),
      ) as tf.Tensor
      const chosen = tf.mul(tf.log(p), tf.oneHot(tf.tensor1d(test.labels, 'int32'), classes))
      return -tf.sum(chosen).dataSync()[0] / 300
    })
    expect(loss).toBeCloseTo(expected, 4)
    const { update } = await train(parameters, 100)
    expect((await evaluate(add(parameters, update))).accuracy).toBeGreaterThan(0.9)
    saved.dispose()
  })

  test('for other inputs or classes than the data’s is refused with both shapes', async () => {
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 3, inputShape: [7] })] })
    const file = await saveModel(model, newFolder())
    await expect(trainer({ model: `tfjs:${file}` })).rejects.toThrow(ModelMisfitError)
    await expect(trainer({ model: `tfjs:${file}` })).rejects.toThrow('takes samples of shape [7], the data has [6]')
    const other = layers.sequential({ layers: [layers.layers.dense({ units: 5, inputShape: [6] })] })
    const refused = trainer({ model: `tfjs:${await saveModel(other, newFolder())}` })
    await expect(refused).rejects.toThrow('gives [5] for a sample, the data has 3 classes')
  })

  test('that is missing or damaged is a usage error that names the file, in a training thread too', async () => {
    await expect(trainer({ model: 'tfjs:/no/where.json' })).rejects.toThrow(ModelFileError)
    const file = folder.write(
      'unknown.json',
      JSON.stringify({ modelTopology: { class_name: 'Pudding' }, weightsManifest: [] }),
    )
    await expect(trainer({ model: `tfjs:${file}` })).rejects.toThrow(ModelFileError)
    const inThread = createWorkerTrainer({ ...blobOptions, model: `tfjs:${file}` })
    await expect(inThread).rejects.toThrow(UsageError)
    await expect(inThread).rejects.toThrow('unknown.json: TensorFlow.js cannot make the model')
  })
})

describe('a module', () => {
  test('whose initialisers have no seed gives every peer the same initial parameters, and those of the seed', async () => {
    const model = `module:${newFile(
      'export default ({ layers, shape, classes }) => layers.sequential({ layers: [layers.layers.dense({ units: classes, inputShape: shape })] })',
    )}`
    const { random } = Math
    const one = await (await trainer({ model })).initial()
    expect(await (await trainer({ model, shardSeed: 'another peer' })).initial()).toEqual(one)
    expect(await (await trainer({ model, seed: 'another swarm' })).initial()).not.toEqual(one)
    expect(Math.random).toBe(random)
  })

  test('that makes a model is trained, in a thread of its own', async () => {
    const file = newFile(`export default ({ tf, layers, shape, classes, seed }) => {
      const kernelInitializer = layers.initializers.glorotUniform({ seed })
      return layers.sequential({ layers: [layers.layers.dense({ name: 'only', units: classes, inputShape: shape, kernelInitializer })] })
    }`)
    const made = await createWorkerTrainer({ ...blobOptions, model: `module:${file}` })
    running.push(made)
    expect(made.layout.tensors.map(({ name }) => name)).toEqual(['only/kernel', 'only/bias'])
    const parameters = await made.initial()
    const { update } = await made.train(parameters, 100)
    expect((await made.evaluate(add(parameters, update))).accuracy).toBeGreaterThan(0.9)
  })

  test('of recurrent layers with the initializers that they come with is trained', async () => {
    const file = newFile(`export default ({ layers: { layers, sequential }, shape, classes }) => sequential({ layers: [
      layers.reshape({ targetShape: [3, 2], inputShape: shape }),
      layers.gru({ units: 4, returnSequences: true }),
      layers.lstm({ units: 4 }),
      layers.dense({ name: 'logits', units: classes }),
    ] })`)
    const { initial, train } = await trainer({ model: `module:${file}` })
    const parameters = await initial()
    const { update } = await train(parameters, 100)
    expect((await train(add(parameters, update), 20)).loss).toBeLessThan((await train(parameters, 20)).loss)
  })

  test('that brings a trainer of its own is asked for everything', async () => {
    const file = newFile(`export const createTrainer = async ({ shard, shardSeed }) => ({
      layout: { tensors: [{ name: 'x', shape: [1], trainable: true, offset: 0, size: 1 }], length: 1 },
      backend: 'mine', samples: shard.labels.length,
      initial: async () => new Float32Array(1),
      train: async (x, steps) => ({ update: Float32Array.of(steps), loss: 1, samples: steps, seconds: 1 }),
      evaluate: async x => ({ loss: x[0], accuracy: shardSeed, samples: 1 }),
      state: async () => ({ tensors: {}, metadata: {} }),
      restore: async () => {},
      stop: async () => {},
    })`)
    const made = await createWorkerTrainer({ ...blobOptions, model: `module:${file}` })
    running.push(made)
    expect([made.backend, made.samples, made.layout.length]).toEqual(['mine', 100, 1])
    expect((await made.train(Float32Array.of(0), 3)).update).toEqual(Float32Array.of(3))
    expect(await made.evaluate(Float32Array.of(5))).toEqual({ loss: 5, accuracy: blobOptions.shardSeed, samples: 1 })
  })

  test.each([
    ['that is none', 'export default (', 'the module cannot be loaded'],
    ['that exports nothing', '', 'exports nothing; expected a function that makes a LayersModel'],
    ['that exports something else', 'export const model = 3', 'exports model; expected'],
    ['whose function fails', 'export default () => { throw new Error("no luck") }', 'failed: no luck'],
    ['whose function gives no model', 'export default () => 7', 'gave no LayersModel'],
    ['whose trainer lacks a part', 'export const createTrainer = () => ({ backend: "x" })', 'has no layout, a object'],
  ])('%s is a usage error in its words', async (_what, content, message) => {
    const model = `module:${newFile(content)}`
    await expect(trainer({ model })).rejects.toThrow(ModelFileError)
    await expect(trainer({ model })).rejects.toThrow(message)
  })
})

describe('the digest of a model', () => {
  test('is that of its file, and changes with it', async () => {
    const file = newFile('export default 1')
    const digest = await modelDigest(`module:${file}`)
    // printf 'export default 1' | sha256sum
    expect(digest).toBe('f2ed650f15f224fa0836d26fabb81f0e219e1e3515d41640040073b222ffcbfd')
    appendFileSync(file, '\n')
    expect(await modelDigest(`module:${file}`)).not.toBe(digest)
  })

  test('is of the weights too, where they are files of their own', async () => {
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [2] })] })
    const home = newFolder()
    const file = await saveModel(model, home)
    const digest = await modelDigest(`tfjs:${file}`)
    writeFileSync(join(home, 'group1-shard1of1.bin'), new Uint8Array(12))
    expect(await modelDigest(`tfjs:${file}`)).not.toBe(digest)
  })

  test('does not exist for a model that its name describes', async () => {
    expect(await modelDigest('mlp:8')).toBeUndefined()
  })

  test('needs the file', async () => {
    await expect(modelDigest('module:/no/where.mjs')).rejects.toThrow('/no/where.mjs cannot be read')
    await expect(modelDigest('tfjs:/no/where.json')).rejects.toThrow(ModelFileError)
  })
})
