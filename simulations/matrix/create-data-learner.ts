import { optimizerOf, trainerOptionsOf } from '../../src/library/trainer-options.ts'
import { stackedModel } from '../../src/training/stacked/stacked-model.ts'
import type { Learner } from '../tasks/learner.ts'
import { createStackedLearner } from '../tasks/stacked.ts'
import type { DataTask, Plan } from './plan.ts'
import type { SharedHeap } from './shared-heap.ts'

/** The same as {@link createLearner}, for peers that learn from samples. */
export async function createDataLearner(
  task: DataTask,
  { recipe, seed }: Plan,
  own: readonly number[],
  heap: SharedHeap,
  memory: WebAssembly.Memory,
): Promise<Learner> {
  // Decides the order of a peer's samples, in all engines alike.
  const shardSeed = (peer: number) => `${seed}/${peer}`
  if (task.kind === 'one-by-one') {
    // Imported here, so that stacked peers do without TensorFlow.js.
    const { createOneByOneLearner } = await import('../tasks/one-by-one.ts')
    const { shards, test, backend, classWeights, weights } = task
    return await createOneByOneLearner(own, peer => ({
      ...trainerOptionsOf(recipe, shards[peer], test, shardSeed(peer), backend, classWeights),
      weights,
    }))
  }
  const { model, shards, test, initial } = task
  return createStackedLearner({
    memory,
    allocate: heap.take,
    model: stackedModel(model.name, model.shape, model.classes, model.outputs),
    optimizer: optimizerOf(recipe),
    batch: recipe.training.batch,
    loss: recipe.objective.loss,
    peers: new Map(own.map(peer => [peer, { shard: shards[peer], shardSeed: shardSeed(peer) }])),
    test,
    initial,
  })
}
