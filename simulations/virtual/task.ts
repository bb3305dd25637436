/**
 * The task of the peers of a virtual swarm, apart from averaging.
 *
 * @packageDocumentation
 */

import { samples } from '../../src/data/dataset.ts'
import { standardise } from '../../src/data/standardise.ts'
import { UsageError } from '../../src/errors.ts'
import { classWeightsOf } from '../../src/library/class-weights-of.ts'
import { figuresOfRecipe } from '../../src/library/figures-of-recipe.ts'
import { shardsOf } from '../../src/library/fit-data.ts'
import { trainerOptionsOf } from '../../src/library/trainer-options.ts'
import type { FrozenPart } from '../../src/parameters/frozen.ts'
import type { Random } from '../../src/random/random.ts'
import { quantitiesOf } from '../../src/standardise/quantities.ts'
import { chooseBackend } from '../../src/training/choose-backend.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { Figures } from '../../src/worth/figures.ts'
import { STEP_MS } from '../defaults.ts'
import type { Judge } from '../measure.ts'
import type { Simulation } from '../options.ts'
import type { VirtualClock } from './clock.ts'
import { createVectorTrainer } from './vector-trainer.ts'

export interface Task {
  /** The trainer of a peer for one life. */
  readonly trainer: (index: number, random: Random, clock: VirtualClock) => Promise<Trainer>
  /** Undefined where nothing is learned. */
  readonly judge: Judge | undefined
  /** What parameters are worth on the test samples; undefined where there are none, or a trainer that counts nothing. */
  figures(parameters: Float32Array): Promise<Figures | undefined>
  /** The part of the model that no peer sends, where there is one. */
  readonly frozen: FrozenPart | undefined
  /** Samples of each peer. */
  readonly shards: readonly number[]
  stop(): Promise<void>
}

/** @param slowness how many times longer a local step takes this peer */
export async function createTask(options: Simulation, slowness: (index: number) => number): Promise<Task> {
  const { task } = options.recipe.objective
  if (task === 'quadratic' || task === 'mean-estimation') {
    throw new UsageError(`the virtual engine has no task ${task}: the engine matrix does`)
  }
  return task === 'consensus' ? consensusTask(options) : await learningTask(options, slowness)
}

function consensusTask({ recipe, init = 'normal' }: Simulation): Task {
  const [dimension] = recipe.model.shape
  if (recipe.model.name !== 'vector' || recipe.training.steps > 0) {
    throw new UsageError('the task consensus averages vectors: model vector, training steps 0')
  }
  return {
    trainer: async (index, random) => createVectorTrainer(dimension, init, index, random),
    judge: undefined,
    figures: async () => undefined,
    frozen: undefined,
    shards: [],
    stop: async () => {},
  }
}

async function learningTask(
  { recipe, prepared, peers, seed, data, from, partition = 'iid', backend = 'wasm' }: Simulation,
  slowness: (index: number) => number,
): Promise<Task> {
  if (data === undefined) throw new UsageError(`the task ${recipe.objective.task} needs data`)
  const fitting = prepared.fitData(data)
  // The statistics of all samples are those that the peers would agree on.
  const { train, test } = recipe.data.standardise ? await standardise(fitting, quantitiesOf(recipe)) : fitting
  // Imported here, so that simulations without training do not load TensorFlow.js.
  const { createTrainer } = await import('../../src/training/create-trainer.ts')
  const { name } = await chooseBackend(backend)
  const shards = shardsOf(train, { of: peers, partition, seed })
  const classWeights = classWeightsOf(recipe, train)
  const make = (index: number, shardSeed: string) =>
    createTrainer({ ...trainerOptionsOf(recipe, shards[index], test, shardSeed, name, classWeights), weights: from })
  const judging = await make(0, 'judge')
  /** Each peer's, and the state it was made in: making one takes longer than a peer that comes back may wait. */
  const made = new Map<number, { readonly trainer: Trainer; readonly fresh: Awaited<ReturnType<Trainer['state']>> }>()

  async function trainerOf(index: number): Promise<Trainer> {
    const known = made.get(index)
    if (known !== undefined) {
      await known.trainer.restore(known.fresh)
      return known.trainer
    }
    const trainer = await make(index, `${seed}/${index}`)
    made.set(index, { trainer, fresh: await trainer.state() })
    return trainer
  }

  return {
    judge: (parameters, most) => judging.evaluate(parameters, most),
    async figures(parameters) {
      const counts = await judging.judge?.(parameters)
      return counts && figuresOfRecipe(recipe, counts, test.valueMap?.scale)
    },
    frozen: judging.frozen,
    shards: shards.map(samples),
    async trainer(index, _random, clock) {
      const trainer = await trainerOf(index)
      const { layout, frozen, backend, kind, threads } = trainer
      const stepMs = STEP_MS * slowness(index)
      // One that a module brings may be of a class of its own, whose methods no spread would copy.
      return {
        layout,
        frozen,
        backend,
        kind,
        threads,
        samples: trainer.samples,
        initial: () => clock.work(0, () => trainer.initial()),
        train: (parameters, steps, before) =>
          clock.work(steps * stepMs, () => trainer.train(parameters, steps, before)),
        evaluate: (parameters, most) => trainer.evaluate(parameters, most),
        state: () => clock.work(0, () => trainer.state()),
        restore: state => clock.work(0, () => trainer.restore(state)),
        // The next life goes on with it.
        stop: async () => {},
      }
    },
    async stop() {
      for (const trainer of [judging, ...[...made.values()].map(one => one.trainer)]) await trainer.stop()
    },
  }
}
