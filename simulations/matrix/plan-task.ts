import { parseAttack } from '../../src/averaging/attacks/registry.ts'
import { type Dataset, samples } from '../../src/data/dataset.ts'
import { standardise } from '../../src/data/standardise.ts'
import { UsageError } from '../../src/errors.ts'
import { classWeightsOf } from '../../src/library/class-weights-of.ts'
import { shardsOf } from '../../src/library/fit-data.ts'
import { trainerOptionsOf } from '../../src/library/trainer-options.ts'
import type { FrozenPart } from '../../src/parameters/frozen.ts'
import { createRandom } from '../../src/random/random.ts'
import type { Recipe } from '../../src/recipe/recipe.ts'
import { quantitiesOf } from '../../src/standardise/quantities.ts'
import { AUTO, backendKind, DEFAULT_BACKEND } from '../../src/training/backend.ts'
import { shareDataset } from '../../src/training/remote/share-dataset.ts'
import { placeSamples } from '../../src/training/stacked/placed-samples.ts'
import { stackable } from '../../src/training/stacked/stacked-model.ts'
import type { Simulation } from '../options.ts'
import { drawMean } from '../tasks/mean-estimation.ts'
import { drawQuadratics } from '../tasks/quadratic.ts'
import type { TaskPlan } from './plan.ts'
import type { SharedHeap } from './shared-heap.ts'

/** The heterogeneity of a quadratic problem whose recipe names none. */
const DEFAULT_HETEROGENEITY = 0.1

/** Numbers of all A_iᵀ A_i of a quadratic problem: half a gibibyte. */
const MOST_QUADRATIC_NUMBERS = 2 ** 26

/**
 * The swarm's task and its data, in memory that all threads share.
 *
 * @param byzantinePeers their samples are poisoned, where the attack is on the data
 * @param requireRoomFor throws where vectors are too long, before anything of their length is made
 * @throws UsageError where the options do not fit together
 */
export async function planTask(
  options: Simulation,
  byzantinePeers: readonly number[],
  heap: SharedHeap,
  memory: WebAssembly.Memory,
  requireRoomFor: (parameters: number) => void,
): Promise<TaskPlan> {
  const { recipe, init = 'normal', peers, seed } = options
  const { task, heterogeneity = DEFAULT_HETEROGENEITY } = recipe.objective
  const [dimension] = recipe.model.shape
  if (task === 'classify' || task === 'language' || task === 'regress')
    return await planLearning(options, byzantinePeers, heap, memory, requireRoomFor)
  if (recipe.model.name !== 'vector') {
    throw new UsageError(`the task ${task} is about vectors: the model is vector, not ${recipe.model.name}`)
  }
  requireRoomFor(dimension)
  if (task === 'consensus') {
    if (recipe.training.steps > 0) throw new UsageError('the task consensus trains nothing: training.steps is 0')
    return { kind: 'consensus', parameters: dimension, init }
  }
  requirePlainSteps(recipe)
  if (task === 'mean-estimation') {
    return {
      kind: 'mean-estimation',
      parameters: dimension,
      mean: drawMean(dimension, createRandom(seed).fork('task')),
    }
  }
  if (peers * dimension ** 2 > MOST_QUADRATIC_NUMBERS) {
    throw new UsageError(
      `quadratic problems of ${peers} peers in ${dimension} dimensions take ${peers} matrices of ${dimension}²; ` +
        `the most that works is ${Math.floor(Math.sqrt(MOST_QUADRATIC_NUMBERS / peers))} dimensions`,
    )
  }
  return {
    kind: 'quadratic',
    parameters: dimension,
    quadratics: drawQuadratics(peers, dimension, heterogeneity, createRandom(seed).fork('task')),
  }
}

/** @throws UsageError for an optimizer that does more than follow the gradient */
function requirePlainSteps({ objective, training }: Recipe): void {
  const { optimizer, momentum, weightDecay, clipNorm, steps } = training
  if (optimizer !== 'sgd' || momentum !== 0 || weightDecay !== 0 || clipNorm !== undefined) {
    throw new UsageError(
      `the task ${objective.task} takes plain gradient steps: training.optimizer sgd, momentum 0, weightDecay 0, no clipNorm`,
    )
  }
  if (steps === 0) throw new UsageError(`the task ${objective.task} trains: training.steps is 1 or more`)
}

async function planLearning(
  options: Simulation,
  byzantinePeers: readonly number[],
  heap: SharedHeap,
  memory: WebAssembly.Memory,
  requireRoomFor: (parameters: number) => void,
): Promise<TaskPlan> {
  const { recipe, prepared, peers, seed, data, from, partition = 'iid', backend = DEFAULT_BACKEND, byzantine } = options
  const { model, objective } = recipe
  if (data === undefined) throw new UsageError(`the task ${objective.task} needs data`)
  const fitting = prepared.fitData(data)
  const { train, test } = recipe.data.standardise ? await standardise(fitting, quantitiesOf(recipe)) : fitting
  if (peers > samples(train)) {
    throw new UsageError(
      `${train.name} has ${samples(train)} training samples, and each peer needs one; take at most ${samples(train)} peers`,
    )
  }
  const shards = shardsOf(train, { of: peers, partition, seed })
  if (byzantine !== undefined) poison(shards, byzantinePeers, byzantine.attack)
  const oneByOne = whyOneByOne(recipe, backend)
  if (oneByOne !== undefined) {
    const chosen = backend === AUTO ? DEFAULT_BACKEND : backend
    const weights = from && shareFloats(from)
    const { initial, frozen } = await beginningOf(recipe, shards[0], test, chosen, weights)
    requireRoomFor(initial.length)
    return {
      kind: 'one-by-one',
      parameters: initial.length,
      weights,
      frozen,
      shards: shards.map(shareDataset),
      test: shareDataset(test),
      backend: chosen,
      classWeights: classWeightsOf(recipe, train),
      reason: oneByOne,
    }
  }
  const place = (dataset: Dataset) => placeSamples(memory, heap.take, dataset)
  const { initial } = await beginningOf(recipe, shards[0], test, DEFAULT_BACKEND, from)
  requireRoomFor(initial.length)
  return {
    kind: 'stacked',
    parameters: initial.length,
    model: { name: model.name, shape: model.shape, classes: model.classes, outputs: model.outputs },
    shards: shards.map(place),
    test: place(test),
    initial,
  }
}

/** Why peers cannot be stacked; undefined where they can. @throws UsageError for a backend that no thread of ours has */
function whyOneByOne({ model, training }: Recipe, backend: string): string | undefined {
  if (backend !== AUTO && backend !== DEFAULT_BACKEND) {
    if (backendKind(backend, [AUTO]).gpu) {
      throw new UsageError(`the matrix engine computes on processors: the backend ${backend} is for peers; take wasm`)
    }
    return `the backend ${backend} trains one peer after another`
  }
  if (training.classWeights !== undefined) {
    return 'stacked models count all samples alike: for training.classWeights peers are trained one after another'
  }
  if (stackable(model.name, model.shape, model.classes, model.outputs)) return undefined
  return `the model ${model.name} cannot be stacked as linear, mlp and cnn can: peers are trained one after another`
}

/** The parameters that everybody starts with: the weights that were given, or the recipe's, as TensorFlow.js draws them. */
async function beginningOf(
  recipe: Recipe,
  shard: Dataset,
  test: Dataset,
  backend: string,
  weights: Float32Array | undefined,
): Promise<{ readonly initial: Float32Array; readonly frozen: FrozenPart | undefined }> {
  // Imported here, so that simulations without training do not load TensorFlow.js.
  const { createTrainer } = await import('../../src/training/create-trainer.ts')
  const trainer = await createTrainer({ ...trainerOptionsOf(recipe, shard, test, 'initial', backend), weights })
  try {
    return { initial: shareFloats(await trainer.initial()), frozen: trainer.frozen }
  } finally {
    await trainer.stop()
  }
}

function shareFloats(values: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength))
  shared.set(values)
  return shared
}

/** Gives the samples of byzantine peers other labels, where that is the attack. */
function poison(shards: Dataset[], byzantinePeers: readonly number[], attack: string): void {
  const { relabel } = parseAttack(attack)
  if (relabel === undefined) return
  for (const byzantinePeer of byzantinePeers) {
    const { labels, classes } = shards[byzantinePeer]
    shards[byzantinePeer] = { ...shards[byzantinePeer], labels: labels.map(label => relabel(label, classes)) }
  }
}
