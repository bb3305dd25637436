import * as tf from '@tensorflow/tfjs-core'
import { afterEach, describe, expect, test } from 'vitest'
import { subset } from '../../src/data/dataset.ts'
import { UsageError } from '../../src/errors.ts'
import { TrainerStateError, TrainerStoppedError, TrainingDivergedError } from '../../src/training/errors.ts'
import { toLayersModel } from '../../src/training/layers-model/layers-model.ts'
import { learningRateAt } from '../../src/training/optimizers/learning-rate.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { TrainerOptions } from '../../src/training/trainer-options.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { add, blobOptions, blobs } from './blobs.ts'
import { poem } from './poem.ts'

const running: Trainer[] = []

async function trainer(changes: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const made = await createTensorflowTrainer({ ...blobOptions, ...changes })
  running.push(made)
  return made
}

afterEach(async () => {
  for (const made of running.splice(0)) await made.stop()
})

const adam = { name: 'adam', learningRate: 0.01 } as const
/** A model with everything that keeps something from step to step: statistics, and which units are dropped. */
const keeper = temporaryFolder().write(
  'keeper.mjs',
  `export default ({ layers, shape, classes, seed }) => layers.sequential({ layers: [
    layers.layers.dense({ name: 'hidden', units: 8, inputShape: shape, kernelInitializer: layers.initializers.heNormal({ seed: 1 + seed }) }),
    layers.layers.batchNormalization({ name: 'norm' }),
    layers.layers.dropout({ name: 'dropout', rate: 0.5 }),
    layers.layers.dense({ name: 'logits', units: classes, kernelInitializer: layers.initializers.heNormal({ seed: 2 + seed }) }),
  ] })`,
)
const kept = `module:${keeper}`

const plainSgd = { name: 'sgd', learningRate: 0.1, momentum: 0 } as const

test.each(['wasm', 'cpu'])('on %s the loss falls and the accuracy rises', async backend => {
  for (const optimizer of [blobOptions.optimizer, adam]) {
    const { initial, train, evaluate } = await trainer({ backend, optimizer })
    const parameters = await initial()
    const before = await evaluate(parameters)
    const { update, loss, samples, seconds } = await train(parameters, 150)
    const after = await evaluate(add(parameters, update))
    expect(after.loss).toBeLessThan(before.loss / 3)
    expect(after.accuracy).toBeGreaterThan(0.9)
    expect(after.samples).toBe(300)
    expect(loss).toBeGreaterThan(after.loss)
    expect(loss).toBeLessThan(before.loss)
    expect(samples).toBe(150 * 16)
    expect(seconds).toBeGreaterThan(0)
  }
})

test.each([true, false])('batch normalisation without a scale or an offset trains, frozen: %s', async frozen => {
  const bare = temporaryFolder().write(
    'bare.mjs',
    `export default ({ layers, shape, classes }) => layers.sequential({ layers: [
      layers.layers.batchNormalization({ inputShape: shape, scale: false, center: false, trainable: ${!frozen} }),
      layers.layers.dense({ units: classes, kernelInitializer: layers.initializers.heNormal({ seed: 1 }) }),
    ] })`,
  )
  for (const backend of ['cpu', 'wasm']) {
    const { initial, train, evaluate, layout } = await trainer({ backend, model: `module:${bare}` })
    const parameters = await initial()
    const { update } = await train(parameters, 60)
    expect((await evaluate(add(parameters, update))).accuracy).toBeGreaterThan(0.8)
    // What stands in for the missing weights is none of the model's.
    expect(layout.tensors).toHaveLength(frozen ? 2 : 4)
  }
})

test('a step follows the gradient that finite differences give', async () => {
  const shard = blobs(5, 1, { features: 3, classes: 2 })
  // Differences are exact only where no ReLU changes sides between the two points: with these seeds none does.
  const { initial, train, evaluate, layout } = await trainer({
    model: 'mlp:4',
    shard,
    test: shard,
    optimizer: plainSgd,
    backend: 'cpu',
  })
  const parameters = await initial()
  const { update } = await train(parameters, 1)
  const h = 1e-3
  for (let i = 0; i < layout.length; i++) {
    const lossAt = async (shift: number) => (await evaluate(parameters.with(i, parameters[i] + shift))).loss
    const slope = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h)
    expect(update[i] / -plainSgd.learningRate).toBeCloseTo(slope, 3)
  }
})

test('training does not change the parameters it is given', async () => {
  for (const backend of ['wasm', 'cpu']) {
    const { initial, train } = await trainer({ backend })
    const parameters = await initial()
    const copy = parameters.slice()
    await train(parameters, 3)
    expect(parameters).toEqual(copy)
  }
})

test('the reported loss is the mean over the steps, each from before its step', async () => {
  const { initial, train, evaluate } = await trainer({ batch: 300, shard: blobOptions.test, optimizer: plainSgd })
  const parameters = await initial()
  const { update, loss } = await train(parameters, 1)
  const first = (await evaluate(parameters)).loss
  const second = (await evaluate(add(parameters, update))).loss
  expect(loss).toBeCloseTo(first, 5)
  expect((await train(parameters, 2)).loss).toBeCloseTo((first + second) / 2, 5)
})

describe('the same seed', () => {
  test('gives bit-identical training', async () => {
    const [first, second] = await Promise.all([trainer(), trainer()])
    const parameters = await first.initial()
    expect(await second.initial()).toEqual(parameters)
    const [a, b] = [await first.train(parameters, 20), await second.train(parameters, 20)]
    expect(b.update).toEqual(a.update)
    expect(b.loss).toBe(a.loss)
  })

  test('gives the same initial parameters on every backend and shard, and another seed gives others', async () => {
    const parameters = await (await trainer()).initial()
    expect(await (await trainer({ backend: 'cpu', shard: blobs(7, 9), shardSeed: 8 })).initial()).toEqual(parameters)
    expect(await (await trainer({ seed: 2 })).initial()).not.toEqual(parameters)
  })

  test('draws other samples for another shard seed', async () => {
    const parameters = await (await trainer()).initial()
    const { update } = await (await trainer()).train(parameters, 1)
    expect((await (await trainer({ shardSeed: 9 })).train(parameters, 1)).update).not.toEqual(update)
  })
})

test('initial parameters do not change with training', async () => {
  const { initial, train } = await trainer()
  const parameters = await initial()
  await train(parameters, 5)
  expect(await initial()).toEqual(parameters)
})

test('wasm and plain JavaScript agree', async () => {
  for (const optimizer of [blobOptions.optimizer, adam]) {
    const wasm = await trainer({ backend: 'wasm', optimizer })
    const cpu = await trainer({ backend: 'cpu', optimizer })
    const parameters = await wasm.initial()
    const [a, b] = [(await wasm.train(parameters, 5)).update, (await cpu.train(parameters, 5)).update]
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeLessThan(1e-4)
  }
})

describe('a state', () => {
  test.each([
    ['momentum', { optimizer: blobOptions.optimizer }],
    ['Adam', { optimizer: adam }],
    ['plain SGD', { optimizer: plainSgd }],
    ['dropout and batch normalisation', { model: kept, shardSeed: 2 }],
  ])('resumes training with %s bit for bit', async (name, changes) => {
    const uninterrupted = await trainer(changes)
    const start = await uninterrupted.initial()
    // 11 batches of 16 from 100 samples: in the middle of the second epoch.
    const middle = add(start, (await uninterrupted.train(start, 11)).update)
    const state = structuredClone(await uninterrupted.state())
    const expected = await uninterrupted.train(middle, 13)

    // The order of samples is part of the state. What is dropped comes from the peer's seed, which is always the same.
    const resumed = await trainer({ ...changes, shardSeed: name.startsWith('dropout') ? 2 : 'another' })
    await resumed.restore(state)
    const actual = await resumed.train(middle, 13)
    expect(actual.update).toEqual(expected.update)
    expect(actual.loss).toBe(expected.loss)
    expect(await resumed.state()).toEqual(await uninterrupted.state())
  })

  test('without a count of its own for the optimizer has the steps of the trainer', async () => {
    const made = await trainer({ optimizer: adam })
    const start = await made.initial()
    const middle = add(start, (await made.train(start, 5)).update)
    const { tensors, metadata } = structuredClone(await made.state())
    const { optimizerSteps: _, ...old } = metadata
    const resumed = await trainer({ optimizer: adam })
    await resumed.restore({ tensors, metadata: old })
    expect((await resumed.train(middle, 3)).update).toEqual((await made.train(middle, 3)).update)
  })

  test('of another optimizer is refused', async () => {
    const state = await (await trainer({ optimizer: adam })).state()
    const other = await trainer()
    await expect(other.restore(state)).rejects.toThrow(TrainerStateError)
    await expect(other.restore(state)).rejects.toThrow("optimizer 'adam' after 0 steps, this trainer uses 'sgd'")
  })

  test('of another model is refused', async () => {
    const state = await (await trainer({ model: 'mlp:9' })).state()
    await expect((await trainer()).restore(state)).rejects.toThrow(TrainerStateError)
  })
})

test.each(['wasm', 'cpu'])(
  'on %s a thousand steps leave no tensor behind, nor does a stopped trainer',
  async backend => {
    const atStart = tf.memory().numTensors
    const made = await trainer({ backend, optimizer: adam, model: 'mlp:4', batch: 4 })
    let parameters = await made.initial()
    const [tensors, buffers] = [tf.memory().numTensors, tf.backend().numDataIds()]
    for (let call = 0; call < 10; call++) {
      parameters = add(parameters, (await made.train(parameters, 100)).update)
      await made.evaluate(parameters)
      await made.restore(await made.state())
      expect(tf.memory().numTensors).toBe(tensors)
      expect(tf.backend().numDataIds()).toBe(buffers)
    }
    await made.stop()
    expect(tf.memory().numTensors).toBe(atStart)
  },
)

test.each<[string, Partial<TrainerOptions>]>([
  ['a convolutional', { model: 'cnn', shard: images(), test: images() }],
  ['a language', { model: 'language:1,1,4', shard: poem(4), test: poem(4) }],
  ['a normalised, dropping', { model: kept }],
])('two hundred steps of %s model leave no tensor behind', async (_name, changes) => {
  const made = await trainer({ ...changes, optimizer: adam, batch: 2 })
  let parameters = await made.initial()
  parameters = add(parameters, (await made.train(parameters, 1)).update)
  const [tensors, buffers] = [tf.memory().numTensors, tf.backend().numDataIds()]
  await made.train(parameters, 200)
  await made.evaluate(parameters)
  expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual([tensors, buffers])
})

function images(): TrainerOptions['shard'] {
  return { ...blobs(8, 1, { features: 100 }), shape: [10, 10] }
}

describe('dropout', () => {
  test('drops other units in every step, and for another peer, and none in evaluation', async () => {
    // With a learning rate of next to nothing, and all samples in each batch, only dropout makes losses differ.
    const still = { model: kept, batch: 100, optimizer: { ...plainSgd, learningRate: 1e-12 } }
    const made = await trainer(still)
    const parameters = await made.initial()
    const losses = [(await made.train(parameters, 1)).loss, (await made.train(parameters, 1)).loss]
    expect(losses[1]).not.toBeCloseTo(losses[0], 3)
    const other = await trainer({ ...still, shardSeed: 3 })
    expect((await other.train(parameters, 1)).loss).not.toBeCloseTo(losses[0], 3)
    expect(await made.evaluate(parameters)).toEqual(await made.evaluate(parameters))
  })
})

describe('divergence', () => {
  const wild = { name: 'sgd', learningRate: 1e30, momentum: 0.9 } as const

  test.each(['wasm', 'cpu'])('on %s is named, with the step and the learning rate', async backend => {
    const { initial, train } = await trainer({ backend, optimizer: wild })
    const parameters = await initial()
    await expect(train(parameters, 10)).rejects.toThrow(TrainingDivergedError)
    // Counted from the trainer's start.
    await expect(train(parameters, 10)).rejects.toThrow(/at step 1[1-9], with sgd and a learning rate of 1e\+30/)
  })

  test('is noticed in the parameters, where the loss was still finite', async () => {
    const { initial, train } = await trainer({ optimizer: { ...wild, learningRate: 1e39 } })
    await expect(train(await initial(), 1)).rejects.toThrow('a parameter is not a finite number at step 1')
  })

  test('is forgotten: training goes on from parameters that are sound', async () => {
    const { initial, train, state } = await trainer({ optimizer: { ...adam, learningRate: 0.01 } })
    const parameters = await initial()
    const unsound = parameters.with(0, Number.NaN)
    await expect(train(unsound, 2)).rejects.toThrow(TrainingDivergedError)
    expect(Object.values((await state()).tensors).every(moment => moment.every(value => value === 0))).toBe(true)
    expect((await train(parameters, 2)).loss).toBeGreaterThan(0)
  })

  test('is forgotten by a state too: training resumes as if it had just begun', async () => {
    const made = await trainer({ optimizer: adam })
    const parameters = await made.initial()
    await expect(made.train(parameters.with(0, Number.NaN), 20)).rejects.toThrow(TrainingDivergedError)
    const resumed = await trainer({ optimizer: adam })
    await resumed.restore(structuredClone(await made.state()))
    const { update } = await resumed.train(parameters, 1)
    // Adam's first step moves every parameter that has a gradient by the learning rate.
    expect(Math.max(...update.map(Math.abs))).toBeCloseTo(adam.learningRate, 4)
    expect((await made.train(parameters, 1)).update).toEqual(update)
  })
})

test('a latecomer stands where the run does in the schedule of learning rates', async () => {
  const optimizer = { ...plainSgd, schedule: { shape: 'linear', steps: 100, warmupSteps: 0, finalShare: 0 } } as const
  const early = await trainer({ optimizer })
  const late = await trainer({ optimizer })
  const parameters = await early.initial()
  const { update: first } = await early.train(parameters, 1, 0)
  const { update: fifty } = await late.train(parameters, 1, 50)
  // The same sample, the same gradient: what differs is the rate, of which half is left after half of the steps.
  const ratio = Math.hypot(...fifty) / Math.hypot(...first)
  expect(ratio).toBeCloseTo(learningRateAt(optimizer, 51) / learningRateAt(optimizer, 1), 4)
  expect(ratio).toBeLessThan(0.6)
})

test('evaluating by some of the labels takes samples from all over the test set', async () => {
  const test = blobs(40, 2)
  const { initial, evaluate } = await trainer({ test })
  const parameters = await initial()
  const { evaluate: evaluatePart } = await trainer({ test: subset(test, Int32Array.of(0, 10, 20, 30)) })
  expect(await evaluate(parameters, 4)).toEqual(await evaluatePart(parameters))
})

test('evaluating in batches gives what evaluating at once gives', async () => {
  // More than one batch of 256, the last one partial.
  const test = blobs(601, 5)
  const { initial, evaluate } = await trainer({ test })
  const parameters = await initial()
  const { loss, accuracy, samples } = await evaluate(parameters)
  const model = await toLayersModel('mlp:8', test.shape, test.classes, parameters)
  const [expectedLoss, expectedAccuracy] = tf.tidy(() => {
    const logits = model.apply(tf.tensor2d(test.inputs as Float32Array, [601, 6])) as tf.Tensor2D
    const oneHot = tf.oneHot(tf.tensor1d(test.labels, 'int32'), test.classes)
    const correct = tf.equal(tf.argMax(logits, 1), tf.argMax(oneHot, 1))
    return [tf.losses.softmaxCrossEntropy(oneHot, logits).dataSync()[0], tf.mean(correct).dataSync()[0]]
  })
  model.dispose()
  expect(samples).toBe(601)
  expect(loss).toBeCloseTo(expectedLoss, 5)
  expect(accuracy).toBeCloseTo(expectedAccuracy, 6)
})

test('samples with more than one axis are flattened by the model', async () => {
  const flat = await trainer()
  const shaped = (dataset: TrainerOptions['shard']) => ({ ...dataset, shape: [2, 3, 1] })
  const square = await trainer({ shard: shaped(blobOptions.shard), test: shaped(blobOptions.test) })
  const parameters = await flat.initial()
  expect(await square.initial()).toEqual(parameters)
  expect((await square.train(parameters, 5)).update).toEqual((await flat.train(parameters, 5)).update)
})

test('a shard smaller than the batch trains on all of it in each step', async () => {
  const { initial, train } = await trainer({ shard: blobs(3, 1) })
  const { samples } = await train(await initial(), 7)
  expect(samples).toBe(21)
})

test('trainers on two backends take turns in one thread', async () => {
  const [wasm, cpu] = [await trainer(), await trainer({ backend: 'cpu' })]
  const parameters = await wasm.initial()
  const alone = (await (await trainer()).train(parameters, 4)).update
  const [interleaved] = await Promise.all([wasm.train(parameters, 4), cpu.train(parameters, 4)])
  expect(interleaved.update).toEqual(alone)
  expect([wasm.backend, cpu.backend]).toEqual(['wasm', 'cpu'])
})

describe('a call', () => {
  test('with parameters of another length is refused', async () => {
    const { train, evaluate, layout } = await trainer()
    const wrong = new Float32Array(layout.length + 1)
    await expect(train(wrong, 1)).rejects.toThrow(`expected ${layout.length} parameters`)
    await expect(evaluate(wrong)).rejects.toThrow(RangeError)
  })

  test.each([0, -1, 1.5, Number.NaN])('for %d steps is refused', async steps => {
    const { train, initial } = await trainer()
    await expect(train(await initial(), steps)).rejects.toThrow(RangeError)
  })

  test('during others waits for its turn, and all give what they would have given alone', async () => {
    const [overlapping, alone] = [await trainer(), await trainer()]
    const parameters = await alone.initial()
    const [first, evaluation, second] = await Promise.all([
      overlapping.train(parameters, 2),
      overlapping.evaluate(parameters),
      overlapping.train(parameters, 3),
    ])
    expect(first.update).toEqual((await alone.train(parameters, 2)).update)
    expect(evaluation).toEqual(await alone.evaluate(parameters))
    expect(second.update).toEqual((await alone.train(parameters, 3)).update)
  })

  test('that fails does not hold up those that wait', async () => {
    const { train, initial } = await trainer()
    const parameters = await initial()
    const failing = expect(train(parameters, 0)).rejects.toThrow(RangeError)
    expect((await train(parameters, 2)).samples).toBe(32)
    await failing
  })

  test('after stop is refused, and stop may come twice and during a call', async () => {
    const { train, initial, stop } = await trainer()
    const parameters = await initial()
    const last = train(parameters, 2)
    const waiting = expect(train(parameters, 2)).rejects.toThrow(TrainerStoppedError)
    await stop()
    await stop()
    expect((await last).samples).toBe(32)
    await waiting
    await expect(train(parameters, 1)).rejects.toThrow(TrainerStoppedError)
  })
})

describe('options that cannot be', () => {
  const { shard } = blobOptions
  test.each<[string, Partial<TrainerOptions>, RegExp]>([
    ['an unknown model', { model: 'resnet' }, /unknown model 'resnet': accepted are linear/],
    ['an unknown backend', { backend: 'gpu' }, /unknown backend 'gpu': accepted are .*wasm, cpu/],
    ['an empty shard', { shard: blobs(0, 1) }, /shard \(blobs\) has no samples/],
    ['an empty test set', { test: blobs(0, 1) }, /test set \(blobs\) has no samples/],
    ['no batch', { batch: 0 }, /a batch is 1 sample or more, not 0/],
    ['labels past the classes', { shard: { ...shard, labels: shard.labels.with(4, 3) } }, /sample 4 the label 3/],
    ['negative labels', { shard: { ...shard, labels: shard.labels.with(4, -1) } }, /sample 4 the label -1/],
    [
      'inputs cut short',
      { shard: { ...shard, inputs: (shard.inputs as Float32Array).subarray(6) } },
      /100 labels, but 99 samples/,
    ],
    ['another test set', { test: blobs(9, 1, { features: 5 }) }, /do not belong together/],
  ])('%s is a usage error', async (_what, changes, message) => {
    await expect(trainer(changes)).rejects.toThrow(UsageError)
    await expect(trainer(changes)).rejects.toThrow(message)
  })
})
