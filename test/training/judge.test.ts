import { afterEach, describe, expect, test } from 'vitest'
import { withInitial } from '../../src/training/beginning.ts'
import { createTrainer } from '../../src/training/create-trainer.ts'
import { createProcessTrainer } from '../../src/training/remote/process-trainer.ts'
import { createWorkerTrainer } from '../../src/training/remote/worker-trainer.ts'
import { placeSamples } from '../../src/training/stacked/placed-samples.ts'
import { stackedModel } from '../../src/training/stacked/stacked-model.ts'
import { createStackedTrainer } from '../../src/training/stacked/stacked-trainer.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { TestCounts } from '../../src/worth/counts.ts'
import { type Classification, figuresOf, type Regression } from '../../src/worth/figures.ts'
import { blobOptions } from './blobs.ts'
import { measuredOptions } from './measured.ts'
import { stackedMemory } from './stacked/stacked-memory.ts'

const running: Trainer[] = []

afterEach(async () => {
  for (const trainer of running.splice(0)) await trainer.stop()
})

async function made<T extends Trainer>(making: Promise<T>): Promise<T> {
  const trainer = await making
  running.push(trainer)
  return trainer
}

async function judged(trainer: Trainer, parameters: Float32Array): Promise<TestCounts> {
  if (trainer.judge === undefined) throw new Error('the trainer does not judge')
  return await trainer.judge(parameters)
}

describe.each([
  ['the fused trainer', createTrainer],
  ['the trainer on TensorFlow.js', createTensorflowTrainer],
])('counts of %s', (_name, create) => {
  test('of classes give the accuracy and the loss of its evaluation, of all test samples', async () => {
    const trainer = await made(create(blobOptions))
    const parameters = await trainer.initial()
    const { accuracy, loss } = await trainer.evaluate(parameters)
    const figures = figuresOf(await judged(trainer, parameters)) as Classification
    expect(figures.samples).toBe(300)
    expect(figures.accuracy).toBe(accuracy)
    expect(figures.loss).toBeCloseTo(loss, 6)
    const { labels } = blobOptions.test
    expect(figures.classes.map(({ support }) => support)).toEqual(
      [0, 1, 2].map(label => labels.filter(one => one === label).length),
    )
  })

  test('are those of a trainer that begins elsewhere too, and one that counts nothing goes on counting nothing', async () => {
    const trainer = await made(create(blobOptions))
    const parameters = await trainer.initial()
    const elsewhere = withInitial(trainer, async () => new Float32Array(parameters.length))
    expect(await judged(elsewhere, parameters)).toEqual(await judged(trainer, parameters))
    expect(withInitial({ ...trainer, judge: undefined }, trainer.initial).judge).toBeUndefined()
  })

  test('of values give the errors of its evaluation, in the units of the data', async () => {
    const options = measuredOptions({}, 2)
    const trainer = await made(create(options))
    const parameters = await trainer.initial()
    const evaluation = await trainer.evaluate(parameters)
    const deviations = options.test.valueMap?.scale
    const { outputs, samples } = figuresOf(await judged(trainer, parameters), { deviations }) as Regression
    expect(samples).toBe(evaluation.samples)
    for (const [output, { rmse, mae, r2 }] of outputs.entries()) {
      const expected = evaluation.perTarget?.[output]
      expect(rmse).toBeCloseTo(expected?.rmse ?? Number.NaN, 6)
      expect(mae).toBeCloseTo(expected?.mae ?? Number.NaN, 6)
      expect(r2).toBeCloseTo(expected?.r2 ?? Number.NaN, 6)
    }
  })
})

describe('counts of a trainer', () => {
  test.each([
    ['a thread', createWorkerTrainer],
    ['a process', createProcessTrainer],
  ])('come from %s as they are, of classes and of values', async (_, create) => {
    for (const options of [blobOptions, measuredOptions({})]) {
      const there = await made(create(options))
      const here = await made(createTrainer(options))
      const parameters = await here.initial()
      expect(await judged(there, parameters)).toEqual(await judged(here, parameters))
    }
  })

  test.each([
    ['classes', blobOptions],
    ['values', measuredOptions({}, 2)],
  ])('are those of the stacked trainer of the same model: %s', async (_, options) => {
    const { memory, allocate, floats } = stackedMemory()
    const { test: data } = options
    const model = stackedModel(options.model, data.shape, data.classes, data.outputs)
    const stacked = createStackedTrainer({
      ...options,
      memory,
      allocate,
      model,
      peers: new Map(),
      test: placeSamples(memory, allocate, data),
    })
    const trainer = await made(createTensorflowTrainer(options))
    const x = floats(model.layout.length)
    x.set(await trainer.initial())
    const [there, here] = [stacked.judge(x.byteOffset), await judged(trainer, x)].map(counts => figuresOf(counts))
    // Losses and errors differ by rounding.
    if (there.kind === 'classes') {
      const { loss, ...rest } = here as Classification
      expect(there).toEqual({ ...rest, loss: expect.closeTo(loss, 5) })
    } else {
      for (const [output, { rmse, mae, r2, baseline }] of there.outputs.entries()) {
        const expected = (here as Regression).outputs[output]
        expect(rmse).toBeCloseTo(expected.rmse, 5)
        expect(mae).toBeCloseTo(expected.mae, 5)
        expect(r2).toBeCloseTo(expected.r2 ?? Number.NaN, 5)
        expect(baseline).toEqual(expected.baseline)
      }
    }
  })
})
