import { afterEach, describe, expect, test } from 'vitest'
import type { Dataset } from '../../../src/data/dataset.ts'
import { UsageError } from '../../../src/errors.ts'
import { ModelMisfitError, TrainingDivergedError } from '../../../src/training/errors.ts'
import type { Loss } from '../../../src/training/losses.ts'
import type { OptimizerSpec } from '../../../src/training/optimizers/optimizer-spec.ts'
import { placeSamples } from '../../../src/training/stacked/placed-samples.ts'
import { stackable, stackedModel } from '../../../src/training/stacked/stacked-model.ts'
import { createStackedTrainer } from '../../../src/training/stacked/stacked-trainer.ts'
import { createTensorflowTrainer } from '../../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../../src/training/trainer.ts'
import { add, blobs } from '../blobs.ts'
import { measured } from '../measured.ts'
import { stackedMemory } from './stacked-memory.ts'

const running: Trainer[] = []

afterEach(async () => {
  for (const trainer of running.splice(0)) await trainer.stop()
})

const momentum = { name: 'sgd', learningRate: 0.05, momentum: 0.9 } as const
const adamw = { name: 'adamw', learningRate: 0.01, weightDecay: 0.1 } as const

/**
 * Images with three planes, of sides that are even and odd after a convolution. Their upper half is black: there all that a
 * window of the pooling sees is 0, before and after the rectifier.
 */
function images(samples: number, seed: number): Dataset {
  const shape = [12, 13, 3]
  const { inputs, ...rest } = blobs(samples, seed, { features: 12 * 13 * 3, classes: 5 })
  return { ...rest, inputs: (inputs as Float32Array).map((x, i) => (Math.floor(i / 39) % 12 < 6 ? 0 : x)), shape }
}

interface Setup {
  readonly model: string
  readonly optimizer: OptimizerSpec
  readonly batch: number
  readonly shards: readonly Dataset[]
  readonly test: Dataset
  readonly loss?: Loss
}

/** A stacked trainer of some of the shards, by default of all. */
function stacked({ model: name, optimizer, batch, shards, test, loss }: Setup, own = [...shards.keys()]) {
  const { memory, allocate, floats } = stackedMemory()
  const { shape, classes, outputs } = test
  const model = stackedModel(name, shape, classes, outputs)
  const place = (dataset: Dataset) => placeSamples(memory, allocate, dataset)
  const peers = new Map(own.map(peer => [peer, { shard: place(shards[peer]), shardSeed: `${peer}/samples` }]))
  const trainer = createStackedTrainer({ memory, allocate, model, optimizer, batch, loss, peers, test: place(test) })
  const [x, update] = [floats(model.layout.length), floats(model.layout.length)]
  return {
    layout: model.layout,
    train(peer: number, parameters: Float32Array, steps: number, before: number) {
      x.set(parameters)
      const loss = trainer.train(peer, x.byteOffset, update.byteOffset, steps, before)
      expect(x).toEqual(parameters)
      return { loss, update: Float32Array.from(update) }
    },
    evaluate(parameters: Float32Array, most?: number) {
      x.set(parameters)
      return trainer.evaluate(x.byteOffset, most)
    },
  }
}

async function oneByOne({ model, optimizer, batch, shards, test, loss }: Setup, peer = 0): Promise<Trainer> {
  const trainer = await createTensorflowTrainer({
    model,
    optimizer,
    batch,
    seed: 1,
    shardSeed: `${peer}/samples`,
    shard: shards[peer],
    test,
    loss,
    backend: 'wasm',
  })
  running.push(trainer)
  return trainer
}

/** Parameters that are all different. */
function waves(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i))
}

/** How far two vectors are from each other, for the length of what was added to them. */
function difference(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, i) => value - b[i])) / Math.hypot(...b)
}

/** Samples of which two numbers in three are 0. */
function sparse(samples: number, seed: number): Dataset {
  const { inputs, ...rest } = blobs(samples, seed, { features: 13 })
  return { ...rest, inputs: (inputs as Float32Array).map((x, i) => ((i * i) % 3 === 0 ? x : 0)) }
}

const flat = { shards: [blobs(100, 3, { features: 13 })], test: blobs(301, 4, { features: 13 }), batch: 16 }
const valueMap = { shift: Float64Array.of(10, -300), scale: Float64Array.of(4, 5) }
const regression = (outputs: 1 | 2) => {
  const map = { shift: valueMap.shift.slice(0, outputs), scale: valueMap.scale.slice(0, outputs) }
  const part = (count: number, seed: number) => ({ ...measured(count, seed, { outputs }), valueMap: map })
  return { shards: [part(100, 3)], test: part(301, 4), batch: 16 }
}
const spatial = { shards: [images(40, 3)], test: images(70, 4), batch: 6 }

describe('agrees with the TensorFlow.js trainer to float32 rounding', () => {
  test.each<[string, Setup]>([
    ['linear, momentum', { ...flat, model: 'linear', optimizer: momentum }],
    ['linear, AdamW', { ...flat, model: 'linear', optimizer: adamw }],
    ['mlp:32, momentum', { ...flat, model: 'mlp:32', optimizer: momentum }],
    ['mlp:32, AdamW', { ...flat, model: 'mlp:32', optimizer: adamw }],
    ['mlp:7,1,6, plain', { ...flat, model: 'mlp:7,1,6', optimizer: { ...momentum, momentum: 0 } }],
    ['cnn, momentum', { ...spatial, model: 'cnn', optimizer: momentum }],
    ['cnn, AdamW', { ...spatial, model: 'cnn', optimizer: adamw }],
    [
      'a shard smaller than the batch',
      { ...flat, model: 'mlp:32', optimizer: momentum, shards: [blobs(7, 3, { features: 13 })] },
    ],
    ['samples that are mostly 0', { ...flat, model: 'mlp:37', optimizer: momentum, shards: [sparse(50, 1)] }],
    ['a test set that is', { ...flat, model: 'mlp:37', optimizer: momentum, test: sparse(101, 2) }],
    ['weight decay, momentum', { ...flat, model: 'mlp:32', optimizer: { ...momentum, weightDecay: 0.1 } }],
    ['weight decay, Adam', { ...flat, model: 'linear', optimizer: { ...adamw, name: 'adam', beta2: 0.9 } }],
    ['clipped gradients', { ...flat, model: 'mlp:32', optimizer: { ...momentum, clipNorm: 0.1 } }],
    ['a value, linear', { ...regression(1), model: 'linear', optimizer: momentum }],
    ['a value, mlp:5', { ...regression(1), model: 'mlp:5', optimizer: momentum, loss: 'huber' }],
    ['two values, mlp:32', { ...regression(2), model: 'mlp:32', optimizer: adamw, loss: 'absolute' }],
    [
      'a schedule',
      {
        ...flat,
        model: 'linear',
        optimizer: { ...momentum, schedule: { shape: 'cosine', steps: 20, warmupSteps: 4, finalShare: 0.1 } },
      },
    ],
  ])('%s', async (_name, setup) => {
    const [ours, theirs] = [stacked(setup), await oneByOne(setup)]
    expect(ours.layout).toEqual(theirs.layout)
    const start = await theirs.initial()
    let [x, y] = [start, start]
    for (const [steps, before] of [
      [1, 0],
      [14, 1],
    ]) {
      const actual = ours.train(0, x, steps, before)
      const expected = await theirs.train(y, steps)
      expect(difference(actual.update, expected.update)).toBeLessThan(2e-5)
      expect(actual.loss).toBeCloseTo(expected.loss, 5)
      x = add(x, actual.update)
      y = add(y, expected.update)
    }
    for (const most of [undefined, 10]) {
      const [actual, expected] = [ours.evaluate(y, most), await theirs.evaluate(y, most)]
      expect(actual.loss).toBeCloseTo(expected.loss, 5)
      expect([actual.accuracy, actual.samples]).toEqual([expected.accuracy, expected.samples])
      expect(actual.perTarget?.length).toBe(expected.perTarget?.length)
      for (const figure of ['rmse', 'mae', 'r2'] as const) {
        const known = expected[figure]
        if (known === undefined) expect(actual[figure]).toBeUndefined()
        else expect(actual[figure]).toBeCloseTo(known, 4)
      }
    }
  })
})

test('a dataset is read through its maps', async () => {
  const maps = [{ shift: new Float64Array(13).fill(1), scale: new Float64Array(13).fill(2) }]
  const setup = { ...flat, model: 'linear', optimizer: momentum, shards: [{ ...flat.shards[0], maps }] }
  const theirs = await oneByOne(setup)
  const start = await theirs.initial()
  const { update } = await theirs.train(start, 3)
  expect(difference(stacked(setup).train(0, start, 3, 0).update, update)).toBeLessThan(1e-5)
})

test('of samples that are mostly 0 the other numbers are listed', () => {
  const { memory, allocate } = stackedMemory(1)
  const { lists } = placeSamples(memory, allocate, {
    ...blobs(3, 1, { features: 6 }),
    inputs: Float32Array.of(0, 5, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0),
  })
  expect(lists).toBeDefined()
  const bounds = [...new Int32Array(memory.buffer, lists, 4)]
  const listOf = (i: number) => [...new Int32Array(memory.buffer, bounds[i], (bounds[i + 1] - bounds[i]) / 4)]
  expect([0, 1, 2].map(listOf)).toEqual([[4, 20], [], [12]])
  expect(placeSamples(memory, allocate, blobs(3, 1, { features: 6 })).lists).toBeUndefined()
})

test.each<[string, Dataset, RegExp]>([
  ['without samples', blobs(0, 1), /dataset \(blobs\) has no samples/],
  ['with a label past the classes', { ...blobs(2, 1), labels: Int32Array.of(0, 3) }, /sample 1 the label 3/],
])('a dataset %s is refused', (_what, dataset, message) => {
  const { memory, allocate } = stackedMemory(1)
  expect(() => placeSamples(memory, allocate, dataset)).toThrow(UsageError)
  expect(() => placeSamples(memory, allocate, dataset)).toThrow(message)
})

test('peers give the same bits whoever else is trained between their steps', () => {
  const shards = [blobs(50, 1), blobs(20, 2), blobs(35, 3)]
  const setup = { model: 'mlp:5', optimizer: adamw, batch: 8, shards, test: blobs(10, 4) }
  const together = stacked(setup)
  const start = waves(together.layout.length)
  const alone = shards.map((_, peer) => stacked(setup, [peer]))
  const vectors = shards.map(() => start)
  for (const before of [0, 4, 8]) {
    for (const peer of shards.keys()) {
      const { update, loss } = together.train(peer, vectors[peer], 4, before)
      expect(alone[peer].train(peer, vectors[peer], 4, before)).toEqual({ update, loss })
      vectors[peer] = add(vectors[peer], update)
    }
  }
})

describe('divergence', () => {
  const setup = { ...flat, model: 'mlp:4', optimizer: { ...momentum, learningRate: 1e30 } }

  test('is named, with the step and the learning rate', () => {
    const { layout, train } = stacked(setup)
    const start = waves(layout.length)
    expect(() => train(0, start, 9, 20)).toThrow(TrainingDivergedError)
    expect(() => train(0, start, 9, 20)).toThrow(/at step 2\d, with sgd and a learning rate of 1e\+30/)
  })

  test('is noticed in the parameters, where the loss was still finite', () => {
    const { layout, train } = stacked({ ...setup, optimizer: { ...momentum, learningRate: 1e39 } })
    expect(() => train(0, waves(layout.length), 1, 0)).toThrow('a parameter is not a finite number at step 1')
  })
})

test('a peer of another trainer is refused', () => {
  const { layout, train } = stacked({ ...flat, model: 'linear', optimizer: momentum })
  expect(() => train(1, new Float32Array(layout.length), 1, 0)).toThrow('peer 1 is not one of this trainer')
})

test.each<[string, readonly number[], number, boolean]>([
  ['linear', [8, 8, 1], 10, true],
  ['mlp', [57], 2, true],
  ['cnn', [28, 28], 10, true],
  ['cnn', [9, 9, 1], 10, false],
  ['cnn', [57], 2, false],
  ['linear', [57], 1, false],
  ['linear', [57], 0, false],
  ['language', [64], 65, false],
  ['module:model.ts', [57], 2, false],
])('that %s of [%s] in %d classes can be stacked is %s', (name, shape, classes, expected) => {
  expect(stackable(name, shape, classes)).toBe(expected)
  if (!expected) expect(() => stackedModel(name, shape, classes)).toThrow(ModelMisfitError)
})
