import { expect, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import type { Split } from '../../src/data/source.ts'
import { standardise } from '../../src/data/standardise.ts'
import { createDivergenceCheck } from '../../src/gossip/run/divergence.ts'
import { addScaled } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { TrainingDivergedError } from '../../src/training/errors.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'

const random = createRandom('incomes')

/** People's ages and incomes, with a label on those who earn much for their age. */
function people(count: number): Dataset {
  const inputs = new Float32Array(2 * count)
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const age = 18 + 60 * random.uniform()
    const income = 15_000 + 90_000 * random.uniform()
    inputs.set([age, income], 2 * i)
    labels[i] = income / 1_500 > age ? 1 : 0
  }
  return { name: 'people', inputs, labels, shape: [2], featureNames: ['age', 'income'], classes: 2 }
}

const raw: Split = { train: people(400), test: people(100) }

interface Change {
  readonly learningRate?: number
  readonly model?: string
}

/** Trains as a peer does. @returns steps done, and what ended them before there were 300 */
async function train({ train: shard, test }: Split, { model = 'mlp:64', learningRate = 0.05 }: Change) {
  const optimizer = { name: 'sgd', learningRate, momentum: 0.9, weightDecay: 0 } as const
  const options = { model, optimizer, batch: 32, seed: 1, shardSeed: 'a', shard, test, backend: 'cpu' }
  const trainer = await createTensorflowTrainer(options)
  try {
    const parameters = await trainer.initial()
    const { check } = createDivergenceCheck({
      layout: trainer.layout,
      parameters,
      maximumNorm: 1e6,
      chanceLoss: Math.log(2),
    })
    let steps = 0
    try {
      for (; steps < 300; steps += 10) {
        const trained = await trainer.train(parameters, 10)
        check(trained, 10)
        addScaled(parameters, 1, trained.update)
      }
    } catch (error) {
      return { steps, error }
    }
    return { steps, error: undefined, accuracy: (await trainer.evaluate(parameters)).accuracy }
  } finally {
    await trainer.stop()
  }
}

test.for(['linear', 'mlp:64', 'mlp:32,32'])('%s diverges on incomes beside ages, and is stopped soon', async model => {
  const { steps, error } = await train(raw, { model })
  expect(error).toBeInstanceOf(TrainingDivergedError)
  expect(String(error)).toContain("this peer's parameters have a norm of ")
  expect(steps).toBeLessThan(100)
})

test.for(['linear', 'mlp:64', 'mlp:32,32'])('%s learns from them where they are standardised', async model => {
  const { error, accuracy } = await train(await standardise(raw), { model })
  expect(error).toBeUndefined()
  expect(accuracy).toBeGreaterThan(0.9)
})

test.for(['linear', 'mlp:64'])('%s is left to itself where its learning rate is small enough', async model => {
  const { error } = await train(raw, { model, learningRate: 1e-9 })
  expect(error).toBeUndefined()
})
