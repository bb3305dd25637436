import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { features, samples, targets } from '../data/dataset.ts'
import { frozenOf, movingLayout, movingOf } from '../parameters/frozen.ts'
import { createLayout } from '../parameters/layout.ts'
import { startBackend } from './backend.ts'
import { createBatch } from './batch.ts'
import { checkOptions } from './check-options.ts'
import { diverged } from './diverged.ts'
import type { TrainingDivergedError } from './errors.ts'
import { createExclusive } from './exclusive.ts'
import { fillBatchNormalisation } from './layers-model/batch-normalisation.ts'
import { parametersOf, weightsOf } from './layers-model/batch-statistics.ts'
import { seedDropout } from './layers-model/dropout.ts'
import { evaluationBatch, evenlySpread } from './layers-model/evaluation-batch.ts'
import { holdFrozenStatistics } from './layers-model/frozen-layers.ts'
import { buildModel, modelVariables, requireTargets, tensorSpecs } from './layers-model/layers-model.ts'
import { lookupFailure, requireTokens } from './layers-model/tokens.ts'
import { parseModel } from './models.ts'
import { createObjective, type Tally } from './objectives.ts'
import { createOptimizer } from './optimizers/optimizer.ts'
import { createSampleOrder } from './sample-order.ts'
import { readStepCounts, writeStepCounts } from './step-counts.ts'
import type { Trainer } from './trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'
import { readVariables, writeVariables } from './variables.ts'

/**
 * A trainer that computes in the thread it is made in, with mini-batch steps on the softmax cross-entropy, or on the loss of a regression. It blocks that
 * thread while it computes: where an event loop must stay free use {@link createWorkerTrainer}.
 *
 * Two trainers with the same options give the same bits, and so does one that was restored from the other's state: dropout
 * too, see {@link seedDropout}. Frozen layers stay here: parameters are what moves. The statistics of batch normalisation lie in the parameters, see {@link parametersOf}.
 * A divergence makes the optimizer start anew, so that training can go on from parameters that are sound.
 *
 * @param made the model, where it is made already; the trainer's from here on. Default: it is made
 * @throws UsageError where the options do not fit together, ModelMisfitError where model and data do not
 */
export async function createTensorflowTrainer(options: TrainerOptions, made?: LayersModel): Promise<Trainer> {
  const { shard, test, optimizer: spec } = options
  const { shape, classes } = shard
  const objective = createObjective(options)
  const model = parseModel(options.model)
  checkOptions(options)
  const backend = await startBackend(options.backend, options.gpu)
  backend.select()

  const request = { shape, classes, outputs: objective.width, seed: options.seed }
  const network = made ?? (await buildModel(model, request))
  requireTargets(model, network, shard)
  for (const dataset of [shard, test]) requireTokens(model, network, dataset)
  const whole = createLayout(tensorSpecs(network))
  const layout = movingLayout(whole)
  fillBatchNormalisation(network)
  holdFrozenStatistics(network)
  const seedStep = seedDropout(network, options.shardSeed)
  const all = modelVariables(network)
  const variables = all.filter((_variable, i) => !whole.tensors[i].frozen)
  const frozenVariables = all.filter((_variable, i) => whole.tensors[i].frozen)
  const frozen = layout === whole ? undefined : { layout: whole, values: await readVariables(frozenVariables) }
  /** What the peer begins from, where it was given. */
  let beginning: Float32Array | undefined
  const learned = variables.filter((_variable, i) => layout.tensors[i].trainable)
  const optimizer = createOptimizer(spec, learned)
  const order = createSampleOrder(samples(shard), options.batch, options.shardSeed)
  const batch = createBatch(shard, Math.min(options.batch, samples(shard)))
  const testBatch = createBatch(test, Math.min(evaluationBatch(network), samples(test)))
  const exclusive = createExclusive()
  let stepsDone = 0

  /** One step on the next batch; returns its loss, from before the step. @param ofRun which one, counted from 1 */
  function step(ofRun: number): tf.Scalar {
    batch.gather(order.next())
    stepsDone++
    seedStep(stepsDone)
    return tf.tidy(() => {
      const inputs = tf.tensor(batch.inputs, [batch.size, ...shape], 'float32')
      const { value, grads } = tf.variableGrads(
        () => objective.loss(answersTo(inputs, { training: true }), batch),
        learned,
      )
      // One that the output does not depend on has no gradient.
      optimizer.update(
        learned.map(variable => grads[variable.name] ?? tf.zerosLike(variable)),
        ofRun,
      )
      return value
    })
  }

  /** `[batch × targets, classes]` of logits; `[batch, outputs]` of values */
  function answersTo(inputs: tf.Tensor, { training }: { training: boolean }): tf.Tensor2D {
    try {
      return tf.reshape(network.apply(inputs, { training }) as tf.Tensor, [-1, objective.width])
    } catch (error) {
      throw lookupFailure(model, error) ?? error
    }
  }

  /** Gives answers to test samples, batch after batch. @param most labels to be judged by, at most */
  async function answerTests(parameters: Float32Array, add: Tally['add'], most?: number): Promise<void> {
    const chosen = evenlySpread(samples(test), most === undefined ? samples(test) : most / targets(test))
    backend.select()
    writeVariables(variables, weightsOf(layout, parameters))
    for (let first = 0; first < chosen.length; first += testBatch.size) {
      const indices = chosen.subarray(first, first + testBatch.size)
      const size = indices.length
      testBatch.gather(indices)
      const inputs = testBatch.inputs.subarray(0, size * features(test))
      backend.select()
      const given = tf.tidy(() => answersTo(tf.tensor(inputs, [size, ...shape], 'float32'), { training: false }))
      add(await given.data<'float32'>(), testBatch, size)
      given.dispose()
    }
  }

  function startAnew(what: string, atStep: number): TrainingDivergedError {
    optimizer.reset()
    return diverged(what, spec, atStep)
  }

  return {
    layout,
    kind: 'tensorflow',
    backend: backend.name,
    samples: samples(shard),
    frozen,

    initial: () =>
      exclusive.run(async () => {
        if (beginning !== undefined) return beginning.slice()
        backend.select()
        const fresh = await buildModel(model, request)
        const weights = await readVariables(modelVariables(fresh))
        fresh.dispose()
        return parametersOf(layout, movingOf(whole, weights))
      }),

    begin: weights =>
      exclusive.run(async () => {
        beginning = parametersOf(layout, movingOf(whole, weights))
        if (frozen === undefined) return
        frozen.values.set(frozenOf(whole, weights))
        backend.select()
        writeVariables(frozenVariables, frozen.values)
      }),

    train: (parameters, steps, before) =>
      exclusive.run(async () => {
        if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`expected one step or more, got ${steps}`)
        const start = performance.now()
        const ofRun = before ?? stepsDone
        backend.select()
        writeVariables(variables, weightsOf(layout, parameters))
        // Read at the end only: on a GPU, reading would make each step wait for the one before.
        const lossPerStep = Array.from({ length: steps }, (_, i) => step(ofRun + i + 1))
        const stacked = tf.stack(lossPerStep)
        tf.dispose(lossPerStep)
        const losses = await stacked.data<'float32'>()
        stacked.dispose()
        // New for each call: the next one may be under way before the caller has come to look at it.
        const update = parametersOf(layout, await readVariables(variables))

        const failed = losses.findIndex(loss => !Number.isFinite(loss))
        if (failed >= 0) throw startAnew(`the loss is ${losses[failed]}`, ofRun + failed + 1)
        let finite = true
        for (let i = 0; i < update.length; i++) {
          update[i] -= parameters[i]
          finite &&= Number.isFinite(update[i])
        }
        if (!finite) throw startAnew('a parameter is not a finite number', ofRun + steps)

        return {
          update,
          loss: losses.reduce((sum, loss) => sum + loss, 0) / steps,
          samples: steps * batch.size,
          seconds: (performance.now() - start) / 1000,
        }
      }),

    evaluate: (parameters, most) =>
      exclusive.run(async () => {
        const tally = objective.tally()
        await answerTests(parameters, tally.add, most)
        return tally.evaluation()
      }),

    judge: parameters =>
      exclusive.run(async () => {
        const { counts, add } = objective.counter()
        await answerTests(parameters, add)
        return counts
      }),

    state: () =>
      exclusive.run(async () => {
        const { moments, steps } = await optimizer.state()
        const counts = writeStepCounts(spec, { steps: stepsDone, optimizerSteps: steps })
        return { tensors: moments, metadata: { ...counts, ...order.state() } }
      }),

    restore: ({ tensors, metadata }) =>
      exclusive.run(async () => {
        const { steps, optimizerSteps } = readStepCounts(spec, metadata)
        backend.select()
        optimizer.restore({ moments: tensors, steps: optimizerSteps })
        order.restore(metadata)
        stepsDone = steps
      }),

    async stop() {
      await exclusive.close()
      if (all[0].isDisposed) return
      network.dispose()
      optimizer.dispose()
    },
  }
}
