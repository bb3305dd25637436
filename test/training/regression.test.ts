import { expect, test } from 'vitest'
import { changeMap, createSharedMap } from '../../src/data/shared-map.ts'
import { createWorkerTrainer } from '../../src/training/remote/worker-trainer.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import { add } from './blobs.ts'
import { leastSquares } from './least-squares.ts'
import { measured, measuredOptions } from './measured.ts'

async function withTrainer<T>(made: Promise<Trainer>, use: (trainer: Trainer) => Promise<T>): Promise<T> {
  const trainer = await made
  try {
    return await use(trainer)
  } finally {
    await trainer.stop()
  }
}

async function trained(trainer: Trainer, steps: number): Promise<Float32Array> {
  const initial = await trainer.initial()
  return add(initial, (await trainer.train(initial, steps)).update)
}

test('a linear model of squared loss comes to the least squares solution', async () => {
  const options = measuredOptions({ batch: 200, optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9 } }, 2)
  const found = await withTrainer(createTensorflowTrainer(options), trainer => trained(trainer, 300))
  // Kernel `[features, outputs]`, then the bias.
  const expected = leastSquares(options.shard)
  expect(found).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 4)
})

test('R² and errors are as the noise says, in the units of the data', async () => {
  const { rmse, mae, r2, accuracy, samples, loss } = await withTrainer(
    createTensorflowTrainer(measuredOptions({ optimizer: { name: 'sgd', learningRate: 0.01, momentum: 0.9 } })),
    async trainer => trainer.evaluate(await trained(trainer, 300)),
  )
  // Noise of deviation 0.5 on values of variance 3² + 2² + 0.5².
  expect(rmse).toBeGreaterThan(0.45)
  expect(rmse).toBeLessThan(0.57)
  expect(mae).toBeCloseTo((rmse ?? 0) * Math.sqrt(2 / Math.PI), 1)
  expect(r2).toBeGreaterThan(1 - 0.57 ** 2 / 12)
  expect(loss).toBeCloseTo(((rmse ?? 0) / 4) ** 2, 6)
  expect({ accuracy, samples }).toEqual({ accuracy: Number.NaN, samples: 400 })
})

test('absolute errors learn the median of values with outliers, squared ones the mean', async () => {
  const options = measuredOptions({ batch: 200, optimizer: { name: 'sgd', learningRate: 0.02, momentum: 0 } })
  const values = options.shard.values?.map((value, i) => (i % 5 === 0 ? value + 80 : value))
  const biasOf = async (loss: 'squared' | 'huber' | 'absolute') => {
    const made = createTensorflowTrainer({ ...options, loss, shard: { ...options.shard, values } })
    return (await withTrainer(made, trainer => trained(trainer, 600))).at(-1) ?? Number.NaN
  }
  const [squared, huber, absolute] = [await biasOf('squared'), await biasOf('huber'), await biasOf('absolute')]
  // A fifth of the values is 20 standardised units too large.
  expect(squared).toBeGreaterThan(3.5)
  expect(huber).toBeLessThan(0.5)
  expect(absolute).toBeLessThan(0.2)
})

test.each(['linear', 'mlp:8'])('%s: one seed gives the same bits, before and after a restore', async model => {
  const options = measuredOptions({ model, loss: 'huber', optimizer: { name: 'adam', learningRate: 0.01 } }, 2)
  const whole = await withTrainer(createTensorflowTrainer(options), async trainer => {
    const half = await trained(trainer, 10)
    return add(half, (await trainer.train(half, 10)).update)
  })
  const [half, state] = await withTrainer(
    createTensorflowTrainer(options),
    async trainer => [await trained(trainer, 10), await trainer.state()] as const,
  )
  const again = await withTrainer(createTensorflowTrainer(options), async trainer => {
    await trainer.restore(state)
    return add(half, (await trainer.train(half, 10)).update)
  })
  expect(again).toEqual(whole)
})

test('images have measured values too', async () => {
  const [samples, side] = [40, 12]
  const inputs = Float32Array.from({ length: samples * side * side }, (_, i) => ((i * 7919) % 101) / 101)
  const values = Float32Array.from({ length: samples * 3 }, (_, i) => i % 5)
  const shard = { ...measured(1, 1), inputs, values, outputs: 3, shape: [side, side] }
  const options = { ...measuredOptions({ model: 'cnn', shard, test: shard }), seed: 5 }
  await withTrainer(createTensorflowTrainer(options), async trainer => {
    expect(trainer.layout.tensors.at(-1)).toMatchObject({ name: 'logits/bias', shape: [3] })
    expect((await trainer.evaluate(await trained(trainer, 3))).perTarget).toHaveLength(3)
  })
})

test('a thread learns by a map of the values that comes later', async () => {
  const valueMap = createSharedMap(1)
  const options = measuredOptions()
  const shared = { ...options, shard: { ...options.shard, valueMap }, test: { ...options.test, valueMap } }
  const here = await withTrainer(createTensorflowTrainer(options), trainer => trained(trainer, 20))
  await withTrainer(createWorkerTrainer(shared), async trainer => {
    changeMap(valueMap, options.shard.valueMap ?? valueMap)
    const there = await trained(trainer, 20)
    expect(there).toEqual(here)
    expect((await trainer.evaluate(there)).rmse).toBeLessThan(3)
  })
})

test('a model of another number of values is refused by both numbers', async () => {
  const shard = { ...measured(10, 1), shape: [3], outputs: 1 }
  const made = createTensorflowTrainer(measuredOptions({ shard, test: measured(10, 2, { outputs: 2 }) }))
  await expect(made).rejects.toThrow('with 1 values, and [3] with 2 values')
})
