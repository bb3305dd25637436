import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/random/random.ts'
import { startBackend } from '../../src/training/backend.ts'
import { createTrainer } from '../../src/training/create-trainer.ts'
import { ModelMisfitError } from '../../src/training/errors.ts'
import { toLayersModel } from '../../src/training/layers-model/layers-model.ts'
import { createWorkerTrainer } from '../../src/training/remote/worker-trainer.ts'
import { sample } from '../../src/training/sample.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { TrainerOptions } from '../../src/training/trainer-options.ts'
import { add, blobOptions } from './blobs.ts'
import { poem } from './poem.ts'

const CONTEXT = 16
const data = poem(CONTEXT)
const options: TrainerOptions = {
  ...blobOptions,
  model: 'language:1,2,16',
  optimizer: { name: 'adam', learningRate: 0.01 },
  shard: data,
  test: data,
}

const running: Trainer[] = []

async function trainer(changes: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const made = await createTrainer({ ...options, ...changes })
  running.push(made)
  return made
}

beforeAll(async () => {
  ;(await startBackend('wasm')).select()
})

afterEach(async () => {
  for (const made of running.splice(0)) await made.stop()
})

test('an untrained model knows nothing: its loss is the logarithm of the number of characters', async () => {
  const { initial, evaluate } = await trainer()
  const { loss } = await evaluate(await initial())
  expect(loss).toBeCloseTo(Math.log(data.classes), 1)
})

test('a text is learned, character by character, and written again', async () => {
  const name = 'language:1,4,32'
  const { initial, train, evaluate } = await trainer({ model: name })
  const start = await initial()
  const trained = add(start, (await train(start, 200)).update)
  const { loss, accuracy, samples } = await evaluate(trained)
  // Nats per character; the first characters of a sequence can only be guessed.
  expect(loss).toBeLessThan(0.15)
  expect(accuracy).toBeGreaterThan(0.95)
  expect(samples).toBe(data.labels.length / CONTEXT)

  const model = await toLayersModel(name, data.shape, data.classes, trained)
  const names = data.classNames ?? []
  const prompt = Array.from('over the lazy do', character => names.indexOf(character))
  const written = await sample(model, prompt, { positions: CONTEXT, length: 30, temperature: 0 }, createRandom(1))
  expect(written.map(index => names[index]).join('')).toBe('g; the quick brown fox jumps o')
  model.dispose()
}, 60_000)

test('a training thread gives the same bits, so that sequences reach it whole', async () => {
  const here = await trainer()
  const there = await createWorkerTrainer(options)
  running.push(there)
  const parameters = await here.initial()
  expect((await there.train(parameters, 3)).update).toEqual((await here.train(parameters, 3)).update)
  expect(await there.evaluate(parameters)).toEqual(await here.evaluate(parameters))
})

test('the gradient of the whole model is that of finite differences', async () => {
  const few = poem(CONTEXT, CONTEXT + 1)
  const made = await trainer({
    model: 'language:2,2,4',
    shard: few,
    test: few,
    backend: 'cpu',
    optimizer: { name: 'sgd', learningRate: 1, momentum: 0 },
  })
  const parameters = await made.initial()
  const { update } = await made.train(parameters, 1)
  const h = 5e-4
  const random = createRandom(5)
  for (const { name, offset, size } of made.layout.tensors) {
    const i = offset + random.integer(size)
    const at = async (shift: number) => (await made.evaluate(parameters.with(i, parameters[i] + shift))).loss
    const slope = ((await at(h)) - (await at(-h))) / (2 * h)
    expect(Math.abs(-update[i] - slope), name).toBeLessThan(1e-3 + 0.02 * Math.abs(slope))
  }
})

test('a position sees nothing that comes after it', async () => {
  const { initial } = await trainer()
  const model = await toLayersModel(options.model, data.shape, data.classes, await initial())
  const logitsOf = (ids: number[]) =>
    tf.tidy(() => (model.predict(tf.tensor2d([ids])) as tf.Tensor).dataSync<'float32'>())
  const ids = Array.from({ length: CONTEXT }, (_, i) => i % data.classes)
  const [before, after] = [logitsOf(ids), logitsOf(ids.with(10, 0))]
  const until = 10 * data.classes
  expect(after.subarray(0, until)).toEqual(before.subarray(0, until))
  expect(after.subarray(until)).not.toEqual(before.subarray(until))
  model.dispose()
})

describe('a sample', () => {
  async function model() {
    const { initial } = await trainer()
    return toLayersModel(options.model, data.shape, data.classes, await initial())
  }

  test('is decided by its seed, goes on past the context, and leaves no tensor behind', async () => {
    const made = await model()
    const tensors = tf.memory().numTensors
    const options = { positions: CONTEXT, length: 2 * CONTEXT, temperature: 1 }
    const draw = (seed: number) => sample(made, [1], options, createRandom(seed))
    const first = await draw(1)
    expect(first).toHaveLength(2 * CONTEXT)
    expect(first.every(index => index >= 0 && index < data.classes)).toBe(true)
    expect(await draw(1)).toEqual(first)
    expect(await draw(2)).not.toEqual(first)
    expect(tf.memory().numTensors).toBe(tensors)
    made.dispose()
  })

  test('of temperature 0 takes the likeliest, of a high one anything', async () => {
    const made = await model()
    const draw = (temperature: number, seed: number) =>
      sample(made, [1], { positions: CONTEXT, length: 40, temperature }, createRandom(seed))
    expect(await draw(0, 1)).toEqual(await draw(0, 2))
    expect(new Set(await draw(1e6, 1)).size).toBeGreaterThan(data.classes / 2)
    await expect(draw(-1, 1)).rejects.toThrow(RangeError)
    made.dispose()
  })
})

test.each<[string, Partial<TrainerOptions>, string]>([
  [
    'language on images',
    { ...blobOptions, model: 'language:1,1,4', shard: image(), test: image() },
    'it takes sequences',
  ],
  ['language on one label for each', { ...blobOptions, model: 'language:1,1,4' }, 'one answer for each sample'],
  ['an mlp on sequences', { model: 'mlp:4' }, 'an answer at each position of a sequence'],
])('%s is refused with both shapes', async (_what, changes, message) => {
  await expect(trainer(changes)).rejects.toThrow(ModelMisfitError)
  await expect(trainer(changes)).rejects.toThrow(message)
})

function image() {
  return { ...blobOptions.shard, shape: [2, 3] }
}
