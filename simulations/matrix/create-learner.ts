import { createRandom } from '../../src/random/random.ts'
import { shareOfRate } from '../../src/training/optimizers/schedule.ts'
import { peerName } from '../peer-name.ts'
import { createConsensusLearner } from '../tasks/consensus-learner.ts'
import type { Learner } from '../tasks/learner.ts'
import { meanEstimation } from '../tasks/mean-estimation.ts'
import { createProblemLearner } from '../tasks/problem-learner.ts'
import { quadratic } from '../tasks/quadratic.ts'
import type { Plan } from './plan.ts'
import type { SharedHeap } from './shared-heap.ts'

/**
 * The learner of one thread's peers.
 *
 * @param own those peers
 * @param heap of the thread, in the memory
 */
export async function createLearner(
  plan: Plan,
  own: readonly number[],
  heap: SharedHeap,
  memory: WebAssembly.Memory,
): Promise<Learner> {
  const { recipe, seed, peers, task } = plan
  const { training, model } = recipe
  const random = createRandom(seed)
  // The virtual engine's name for it, so that both engines start from the same vectors.
  const randomOf = (peer: number) => random.fork(`trainer/${peerName(peer, peers)}`)
  const { learningRate, schedule: shape, steps, warmupSteps, finalShare } = training
  const rateAt = (step: number) => learningRate * shareOfRate({ shape, steps, warmupSteps, finalShare }, step)
  switch (task.kind) {
    case 'consensus':
      return createConsensusLearner(model.shape[0], task.init, randomOf)
    case 'quadratic':
      return createProblemLearner(quadratic(task.quadratics), rateAt, randomOf)
    case 'mean-estimation':
      return createProblemLearner(meanEstimation(task.mean, training.batch), rateAt, randomOf)
    default: {
      // Imported here, since problems without samples need no models.
      const { createDataLearner } = await import('./create-data-learner.ts')
      return await createDataLearner(task, plan, own, heap, memory)
    }
  }
}
