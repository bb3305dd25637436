import { afterEach, describe, expect, test } from 'vitest'
import { createSharedWeights } from '../../src/data/class-weights.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { createTrainer } from '../../src/training/create-trainer.ts'
import { TrainerStateError, TrainerStoppedError, TrainingDivergedError } from '../../src/training/errors.ts'
import { fusedModelOf } from '../../src/training/fused-model.ts'
import type { OptimizerSpec } from '../../src/training/optimizers/optimizer-spec.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { TrainerOptions } from '../../src/training/trainer-options.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { add, blobOptions, blobs } from './blobs.ts'
import { measuredOptions } from './measured.ts'

const running: Trainer[] = []

afterEach(async () => {
  for (const made of running.splice(0)) await made.stop()
})

function keep<T extends Trainer>(made: T): T {
  running.push(made)
  return made
}

async function fused(changes: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const made = keep(await createTrainer({ ...blobOptions, ...changes }))
  expect(made.kind).toBe('fused')
  return made
}

const tensorflow = async (changes: Partial<TrainerOptions> = {}) =>
  keep(await createTensorflowTrainer({ ...blobOptions, ...changes }))

/** The largest difference of two vectors, over the largest element of the second. */
function worst(a: Float32Array, b: Float32Array): number {
  const scale = Math.max(...b.map(Math.abs))
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / scale
}

const adam: OptimizerSpec = { name: 'adam', learningRate: 0.01 }

/** Samples of which two numbers in three are 0, so that the others are listed. */
function sparse(samples: number, seed: number): Dataset {
  const { inputs, ...rest } = blobs(samples, seed, { features: 48 })
  return { ...rest, inputs: (inputs as Float32Array).map((x, i) => ((i * i) % 3 === 0 ? x : 0)) }
}

/** Dark images with three planes. */
function images(samples: number, seed: number): Dataset {
  return { ...blobs(samples, seed, { features: 12 * 13 * 3, classes: 5 }), shape: [12, 13, 3] }
}

describe('agrees with TensorFlow.js', () => {
  test.each<[string, Partial<TrainerOptions>]>([
    ['linear', { model: 'linear' }],
    ['mlp', { model: 'mlp:33,7' }],
    ['cnn', { model: 'cnn', shard: images(9, 1), test: images(7, 2) }],
    ['samples that are mostly 0', { model: 'mlp:64', shard: sparse(60, 1), test: sparse(30, 2) }],
    ['a shard smaller than the batch', { shard: blobs(7, 3) }],
    ['values', measuredOptions({ loss: 'huber' })],
    ['weighted classes', { classWeights: Float64Array.of(1, 3, 0.25) }],
  ])('%s: gradients, training, evaluation', async (_what, changes) => {
    for (const optimizer of [{ name: 'sgd', learningRate: 1, momentum: 0 } as const, blobOptions.optimizer, adam]) {
      const given = { ...changes, optimizer }
      // Plain JavaScript takes long for convolutions; with their gradients it agrees as every backend does.
      const backend = changes.model === 'cnn' ? 'wasm' : 'cpu'
      const [ours, theirs] = [await fused(given), await tensorflow({ ...given, backend })]
      expect(ours.layout).toEqual(theirs.layout)
      const start = await ours.initial()
      expect(start).toEqual(await theirs.initial())
      for (const steps of [1, 6]) {
        const [mine, reference] = [await ours.train(start, steps), await theirs.train(start, steps)]
        expect(worst(mine.update, reference.update)).toBeLessThan(1e-4)
        expect(mine.loss / reference.loss).toBeCloseTo(1, 4)
        expect(mine.samples).toBe(reference.samples)
      }
      for (const most of [undefined, 9]) {
        const [mine, reference] = [await ours.evaluate(start, most), await theirs.evaluate(start, most)]
        expect(mine.loss / reference.loss).toBeCloseTo(1, 4)
        expect([mine.accuracy, mine.samples]).toEqual([reference.accuracy, reference.samples])
      }
    }
  })
})

describe('goes on from a saved state', () => {
  test.each([blobOptions.optimizer, adam])('with the same bits: $name', async optimizer => {
    const [whole, first, second] = [await fused({ optimizer }), await fused({ optimizer }), await fused({ optimizer })]
    const start = await whole.initial()
    await whole.train(start, 5)
    await first.train(start, 5)
    await second.restore(structuredClone(await first.state()))
    const [expected, found] = [await whole.train(start, 5), await second.train(start, 5)]
    expect(found.update).toEqual(expected.update)
    expect(await second.state()).toEqual(await whole.state())
  })

  test.each([blobOptions.optimizer, adam])(
    "of TensorFlow.js's trainer, and that one of its: $name",
    async optimizer => {
      const [ours, theirs] = [await fused({ optimizer }), await tensorflow({ optimizer })]
      const start = await ours.initial()
      await theirs.train(start, 4)
      await ours.restore(await theirs.state())
      const [mine, reference] = [await ours.train(start, 5), await theirs.train(start, 5)]
      expect(worst(mine.update, reference.update)).toBeLessThan(1e-4)
      await theirs.restore(await ours.state())
      expect(worst((await ours.train(start, 3)).update, (await theirs.train(start, 3)).update)).toBeLessThan(1e-4)
    },
  )

  test('but not of another optimizer, or another model', async () => {
    const made = await fused()
    await expect(made.restore(await (await fused({ optimizer: adam })).state())).rejects.toThrow(TrainerStateError)
    await expect(made.restore(await (await fused({ model: 'mlp:9' })).state())).rejects.toThrow(
      /elements of 'momentum'/,
    )
  })
})

describe('gives the same bits on any number of threads', () => {
  test.each<[string, Partial<TrainerOptions>]>([
    ['mlp', { model: 'mlp:1300,9', shard: blobs(160, 1, { features: 61 }), test: blobs(70, 2, { features: 61 }) }],
    ['samples that are mostly 0', { model: 'mlp:1700', shard: sparse(160, 1), test: sparse(30, 2), optimizer: adam }],
    ['cnn', { model: 'cnn', shard: images(160, 1), test: images(30, 2), optimizer: { ...adam, clipNorm: 0.5 } }],
    [
      'values',
      measuredOptions({
        model: 'mlp:300,300',
        optimizer: { ...blobOptions.optimizer, learningRate: 1e-4, weightDecay: 0.1 },
      }),
    ],
  ])('%s', async (_what, changes) => {
    const given = { ...changes, batch: 150 }
    const [alone, ...others] = await Promise.all([1, 2, 3].map(threads => fused({ ...given, threads })))
    expect([alone, ...others].map(({ threads }) => threads)).toEqual([1, 2, 3])
    const start = await alone.initial()
    const first = await alone.train(start, 3)
    const second = await alone.train(add(start, first.update), 2)
    const evaluation = await alone.evaluate(start)
    for (const other of others) {
      expect((await other.train(start, 3)).update).toEqual(first.update)
      expect((await other.train(add(start, first.update), 2)).update).toEqual(second.update)
      expect(await other.evaluate(start)).toEqual(evaluation)
      expect(await other.state()).toEqual(await alone.state())
    }
  })
})

test('maps and weights that change are those of the next call', async () => {
  const maps = [{ shift: new Float64Array(6), scale: new Float64Array(6).fill(1) }]
  const classWeights = createSharedWeights(3)
  const changes = { shard: { ...blobs(50, 3), maps }, test: { ...blobs(30, 4), maps }, classWeights }
  const [ours, theirs] = [await fused(changes), await tensorflow({ ...changes, backend: 'cpu' })]
  const start = await ours.initial()
  await ours.train(start, 2)
  await theirs.train(start, 2)
  for (const round of [1, 2]) {
    maps[0].shift.fill(0.5 * round)
    maps[0].scale.fill(1 + round)
    classWeights[1] = 3 * round
    expect(worst((await ours.train(start, 3)).update, (await theirs.train(start, 3)).update)).toBeLessThan(1e-4)
    expect((await ours.evaluate(start)).loss).toBeCloseTo((await theirs.evaluate(start)).loss, 5)
  }
})

test('rows that stay in their file give the bits of those in memory', async () => {
  const shard = blobs(40, 3)
  const file = temporaryFolder().write('rows.bin', new Uint8Array((shard.inputs as Float32Array).buffer))
  const stored = { file, element: 'float32', width: 6, rows: Int32Array.from({ length: 40 }, (_, i) => i) } as const
  const [inMemory, inFile] = [await fused({ shard }), await fused({ shard: { ...shard, inputs: stored } })]
  const start = await inMemory.initial()
  expect((await inFile.train(start, 7)).update).toEqual((await inMemory.train(start, 7)).update)
})

test('calls that overlap stand in the schedule where their turns come', async () => {
  const schedule = { shape: 'linear', steps: 10, warmupSteps: 0, finalShare: 0 } as const
  const optimizer: OptimizerSpec = { name: 'sgd', learningRate: 0.1, momentum: 0, schedule }
  const [inTurn, atOnce] = [await fused({ optimizer }), await fused({ optimizer })]
  const start = await inTurn.initial()
  const expected = [await inTurn.train(start, 4), await inTurn.train(start, 4)]
  const found = await Promise.all([atOnce.train(start, 4), atOnce.train(start, 4)])
  expect(found.map(({ update }) => update)).toEqual(expected.map(({ update }) => update))
})

test('does not change the parameters that it is given, and gives each update away', async () => {
  const made = await fused()
  const start = await made.initial()
  const copy = start.slice()
  const { update } = await made.train(start, 3)
  const kept = update.slice()
  await made.train(add(start, update), 3)
  await made.evaluate(update)
  expect(start).toEqual(copy)
  expect(update).toEqual(kept)
})

test('a divergence is named, and training goes on from sound parameters with moments of 0', async () => {
  const shard = { ...blobs(16, 1), inputs: new Float32Array(16 * 6).fill(1e30) }
  const mad = await fused({ shard, optimizer: { ...blobOptions.optimizer, learningRate: 1e20 } as OptimizerSpec })
  const start = await mad.initial()
  await expect(mad.train(start, 9)).rejects.toThrow(TrainingDivergedError)
  const { tensors, metadata } = await mad.state()
  expect(tensors.momentum.every(value => value === 0)).toBe(true)
  expect(metadata.optimizerSteps).toBe('0')
})

test('refuses other parameters, no steps, and calls after its end', async () => {
  const made = await createTrainer(blobOptions)
  const start = await made.initial()
  await expect(made.train(start.subarray(1), 1)).rejects.toThrow(`expected ${start.length} parameters for this model`)
  await expect(made.train(start, 0)).rejects.toThrow('expected one step or more, got 0')
  await made.stop()
  await expect(made.train(start, 1)).rejects.toThrow(TrainerStoppedError)
})

test('trains the models that it knows, on wasm; others stay with TensorFlow.js', async () => {
  const kindOf = async (changes: Partial<TrainerOptions>) =>
    keep(await createTrainer({ ...blobOptions, ...changes })).kind
  expect(await kindOf({})).toBe('fused')
  expect(await kindOf({ backend: 'cpu' })).toBe('tensorflow')
  const weights = new Float32Array((await fused()).layout.length).fill(0.5)
  const begun = keep(await createTrainer({ ...blobOptions, weights }))
  expect([begun.kind, await begun.initial()]).toEqual(['fused', weights])
  const text = { ...blobs(20, 1, { features: 4 }), targets: 4, labels: new Int32Array(80) }
  expect(fusedModelOf({ ...blobOptions, shard: text })).toBeUndefined()
})

describe('of models that a module makes', () => {
  const folder = temporaryFolder()
  let modules = 0
  /** A sequence of layers, in a module of its own. @param code what makes them, from `l` and `classes`; START is how they begin */
  function sequence(code: string): string {
    const start = 'kernelInitializer: layers.initializers.heNormal({ seed })'
    const program = `export default ({ layers, shape, classes, seed }) => {
      const l = layers.layers
      const inputShape = [...shape]
      return layers.sequential({ layers: [${code.replaceAll('START', start)}] })
    }`
    return `module:${folder.write(`model-${modules++}.mjs`, program)}`
  }
  const [shard, test_] = [images(9, 1), images(7, 2)]
  const CONVOLUTION = "l.conv2d({ name: 'c', filters: 8, kernelSize: 3, activation: 'relu', inputShape, START })"
  const POOLING = 'l.maxPooling2d({ poolSize: 2 })'
  const DENSE = "l.dense({ name: 'logits', units: classes, START })"

  test.each<[string, string]>([
    ['convolutions', `${CONVOLUTION}, ${POOLING}, l.flatten(), ${DENSE}`],
    [
      'rectifiers of their own, and a softmax',
      `l.conv2d({ name: 'c', filters: 4, kernelSize: 3, inputShape, START }), l.reLU(), ${POOLING}, l.flatten(), l.dense({ name: 'd', units: 9, START }),
       l.activation({ activation: 'relu' }), l.dense({ name: 'logits', units: classes, activation: 'softmax', START })`,
    ],
    ['dense ones', `l.flatten({ inputShape }), l.dense({ name: 'd', units: 7, activation: 'relu', START }), ${DENSE}`],
  ])('trains %s as TensorFlow.js does', async (_what, code) => {
    const given = { model: sequence(code), shard, test: test_, batch: 6 }
    const [ours, theirs] = [await fused(given), await tensorflow({ ...given, backend: 'cpu' })]
    expect(ours.layout).toEqual(theirs.layout)
    const start = await ours.initial()
    expect(start).toEqual(await theirs.initial())
    expect(worst((await ours.train(start, 5)).update, (await theirs.train(start, 5)).update)).toBeLessThan(1e-4)
    expect((await ours.evaluate(start)).loss).toBeCloseTo((await theirs.evaluate(start)).loss, 5)
  })

  test.each<[string, string]>([
    ['drops units', `l.flatten({ inputShape }), l.dropout({ rate: 0.5 }), ${DENSE}`],
    ['has no bias', 'l.flatten({ inputShape }), l.dense({ units: classes, useBias: false, START })'],
    ['moves by two pixels', `${CONVOLUTION.replace('3,', '3, strides: 2,')}, ${POOLING}, l.flatten(), ${DENSE}`],
    ['keeps the size', `${CONVOLUTION.replace('3,', "3, padding: 'same',")}, ${POOLING}, l.flatten(), ${DENSE}`],
    ['pools nothing', `${CONVOLUTION}, l.flatten(), ${DENSE}`],
    ['pools by the mean', `${CONVOLUTION}, l.averagePooling2d({ poolSize: 2 }), l.flatten(), ${DENSE}`],
    ['has other numbers of filters', `${CONVOLUTION.replace('8,', '6,')}, ${POOLING}, l.flatten(), ${DENSE}`],
    ['does not rectify', `l.flatten({ inputShape }), l.dense({ units: 7, activation: 'tanh', START }), ${DENSE}`],
    [
      'learns a part',
      `l.flatten({ inputShape }), l.dense({ units: 7, activation: 'relu', trainable: false, START }), ${DENSE}`,
    ],
    ['normalises', `l.flatten({ inputShape }), l.batchNormalization(), ${DENSE}`],
  ])('leaves one that %s to TensorFlow.js', async (_what, code) => {
    const model = sequence(code)
    expect(keep(await createTrainer({ ...blobOptions, model, shard, test: test_ })).kind).toBe('tensorflow')
  })
})
