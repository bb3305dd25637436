import { features, samples } from '../data/dataset.ts'
import { inMemory } from '../data/stored-rows.ts'
import { DEFAULT_BACKEND } from './backend.ts'
import { checkOptions } from './check-options.ts'
import { MOST_PLACED_BYTES, PRODUCTS_PER_THREAD } from './constants.ts'
import { diverged } from './diverged.ts'
import type { TrainingDivergedError } from './errors.ts'
import { createExclusive } from './exclusive.ts'
import { evenlySpread } from './layers-model/evaluation-batch.ts'
import { requireMoments } from './optimizers/moments.ts'
import { changingNumbers, watchNumbers } from './remote/changed-numbers.ts'
import { createSampleOrder } from './sample-order.ts'
import { createArena } from './stacked/arena.ts'
import { createCrew } from './stacked/crew.ts'
import { stackedModule } from './stacked/module.ts'
import { type PlacedSamples, paddedBytes, placeSamples } from './stacked/placed-samples.ts'
import { productsIn, type StackedModel, samplesAtOnce } from './stacked/stacked-model.ts'
import { createStackedObjective } from './stacked/stacked-objective.ts'
import { CHUNK } from './stacked/team.ts'
import { readStepCounts, writeStepCounts } from './step-counts.ts'
import type { Trainer } from './trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'

/**
 * A trainer that computes in the thread it is made in, and blocks it while it does: a step is a handful of calls of kernels that
 * know the model, in a memory of its own, and makes no garbage. Trains as `createTensorflowTrainer` does, to float32
 * rounding: the same samples in the same order, the same objective, the same updates, the same saved state.
 *
 * TensorFlow.js is loaded where {@link Trainer.initial} is asked, and draws the parameters.
 *
 * @param model that of these options
 * @throws UsageError where the options do not fit together, BackendMemoryError where the model is too large for one memory
 */
export function createFusedTrainer(options: TrainerOptions, model: StackedModel): Trainer {
  checkOptions(options)
  const { shard, test, optimizer: spec } = options
  const { layout } = model
  const arena = createArena()
  const { memory, allocate, mark, rewind } = arena
  const module = stackedModule(memory)
  const size = Math.min(options.batch, samples(shard))
  const most = Math.max(size, samplesAtOnce(model))
  const threads = threadsFor(model, size, options.threads)
  const crew = createCrew(arena, { model, optimizer: spec, most }, threads)
  const { batch } = crew
  const objective = createStackedObjective({ memory, module, allocate }, model, crew.logits, batch, most, options)
  const bytes = layout.length * Float32Array.BYTES_PER_ELEMENT
  const [before, after, gradient] = [allocate(bytes), allocate(bytes), allocate(bytes)]
  const moments = allocate(crew.moments.length * bytes)
  const order = createSampleOrder(samples(shard), options.batch, options.shardSeed)
  const source = createShard()
  const exclusive = createExclusive()
  let stepsDone = 0
  let optimizerSteps = 0

  /** The shard, as its maps make it at each call; in place where it lies in the memory. */
  function createShard(): { readonly prepare: () => void; readonly take: (indices: Int32Array) => void } {
    const placeable = inMemory(shard.inputs) && samples(shard) * paddedBytes(features(shard)) <= MOST_PLACED_BYTES
    if (!placeable) return { prepare() {}, take: indices => batch.gather(shard, indices) }
    // Allocated first: behind it are the samples alone, which are placed again once their maps have changed.
    batch.gather(test, Int32Array.of(0))
    const start = mark()
    const changes = watchNumbers(changingNumbers({ shard, test: shard }))
    let placed: PlacedSamples | undefined
    return {
      prepare() {
        const hasChanged = changes() !== undefined
        if (placed !== undefined && !hasChanged) return
        rewind(start)
        placed = placeSamples(memory, allocate, shard)
      },
      take: indices => batch.find(placed as PlacedSamples, indices),
    }
  }

  function vectorAt(address: number): Float32Array {
    return new Float32Array(memory.buffer, address, layout.length)
  }

  function momentVectors(): Record<string, Float32Array> {
    return Object.fromEntries(crew.moments.map((name, i) => [name, vectorAt(moments + i * bytes)]))
  }

  function write(parameters: Float32Array): void {
    if (parameters.length !== layout.length) {
      throw new RangeError(`expected ${layout.length} parameters for this model, got ${parameters.length}`)
    }
    vectorAt(before).set(parameters)
  }

  /** One step on the next batch; returns its loss, from before the step. @param ofRun which one, counted from 1 */
  function step(ofRun: number): number {
    source.take(order.next())
    stepsDone++
    crew.forward(after)
    const loss = objective.gradient()
    if (!Number.isFinite(loss)) throw startAnew(`the loss is ${loss}`, ofRun)
    crew.backward(after, gradient)
    optimizerSteps++
    crew.update(after, gradient, moments, ofRun, optimizerSteps)
    return loss
  }

  function startAnew(what: string, atStep: number): TrainingDivergedError {
    for (const vector of Object.values(momentVectors())) vector.fill(0)
    optimizerSteps = 0
    return diverged(what, spec, atStep)
  }

  /** Gives answers to test samples, batch after batch. @param add what to do with each */
  async function answerTests(parameters: Float32Array, add: () => void, mostSamples = samples(test)): Promise<void> {
    await crew.start()
    write(parameters)
    const chosen = evenlySpread(samples(test), mostSamples)
    for (let first = 0; first < chosen.length; first += most) {
      batch.gather(test, chosen.subarray(first, first + most))
      crew.forward(before)
      add()
    }
  }

  return {
    layout,
    kind: 'fused',
    threads,
    backend: DEFAULT_BACKEND,
    samples: samples(shard),

    initial: () =>
      exclusive.run(async () => {
        // Imported here: a peer that goes on from a state never needs it.
        const { drawParameters } = await import('./draw-parameters.ts')
        return await drawParameters(options)
      }),

    train: (parameters, steps, stepsBefore) =>
      exclusive.run(async () => {
        if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`expected one step or more, got ${steps}`)
        const start = performance.now()
        const ofRun = stepsBefore ?? stepsDone
        await crew.start()
        source.prepare()
        write(parameters)
        module.copy(before, after, bytes)
        let loss = 0
        for (let i = 1; i <= steps; i++) loss += step(ofRun + i)
        if (!module.subtract(after, before, layout.length)) {
          throw startAnew('a parameter is not a finite number', ofRun + steps)
        }
        return {
          update: vectorAt(after).slice(),
          loss: loss / steps,
          samples: steps * size,
          seconds: (performance.now() - start) / 1000,
        }
      }),

    evaluate: (parameters, mostSamples) =>
      exclusive.run(async () => {
        const { add, evaluation } = objective.tally(test.valueMap?.scale)
        await answerTests(parameters, add, mostSamples)
        return evaluation()
      }),

    judge: parameters =>
      exclusive.run(async () => {
        const { counts, add } = objective.counter()
        await answerTests(parameters, add)
        return counts
      }),

    state: () =>
      exclusive.run(async () => ({
        tensors: Object.fromEntries(Object.entries(momentVectors()).map(([name, vector]) => [name, vector.slice()])),
        metadata: { ...writeStepCounts(spec, { steps: stepsDone, optimizerSteps }), ...order.state() },
      })),

    restore: ({ tensors, metadata }) =>
      exclusive.run(async () => {
        const counts = readStepCounts(spec, metadata)
        requireMoments(spec, tensors, layout.length)
        order.restore(metadata)
        for (const [name, vector] of Object.entries(momentVectors())) vector.set(tensors[name])
        stepsDone = counts.steps
        optimizerSteps = counts.optimizerSteps
      }),

    async stop() {
      await exclusive.close()
      await crew.stop()
    },
  }
}

/** How many threads make a step of so many samples: no more than are worth while, and no more than may. */
function threadsFor(model: StackedModel, samplesOfStep: number, most = 1): number {
  const products = 3 * samplesOfStep * productsIn(model)
  return Math.max(1, Math.min(most, Math.ceil(samplesOfStep / CHUNK), Math.floor(products / PRODUCTS_PER_THREAD)))
}
