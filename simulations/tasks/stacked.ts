import type { Vector } from '../../src/parameters/vectors.ts'
import { TrainingDivergedError } from '../../src/training/errors.ts'
import type { Loss } from '../../src/training/losses.ts'
import type { OptimizerSpec } from '../../src/training/optimizers/optimizer-spec.ts'
import type { PlacedSamples } from '../../src/training/stacked/placed-samples.ts'
import type { StackedModel } from '../../src/training/stacked/stacked-model.ts'
import { createStackedTrainer, type StackedPeer } from '../../src/training/stacked/stacked-trainer.ts'
import type { Learner } from './learner.ts'

interface Stack {
  readonly memory: WebAssembly.Memory
  /** Address of so many bytes of the memory. */
  readonly allocate: (bytes: number) => number
  readonly model: StackedModel
  readonly optimizer: OptimizerSpec
  readonly batch: number
  /** What a wrong value costs, in a regression. */
  readonly loss: Loss | undefined
  /** Those of this thread. */
  readonly peers: ReadonlyMap<number, StackedPeer>
  readonly test: PlacedSamples
  /** The parameters from which all peers start. */
  readonly initial: Float32Array
}

/**
 * Models of which many lie in one memory: see src/training/stacked. Vectors that lie in shared memory are taken for vectors of
 * this one, and used where they are.
 */
export function createStackedLearner(stack: Stack): Learner {
  const { memory, allocate, initial, peers } = stack
  const trainer = createStackedTrainer(stack)
  // The buffer only afterwards: taking memory may make it grow, and the old buffer ends where it ended.
  const address = allocate(initial.byteLength)
  const scratch = new Float32Array(memory.buffer, address, initial.length)

  function addressOf(vector: Vector): number {
    if (vector instanceof Float32Array && vector.buffer instanceof SharedArrayBuffer) return vector.byteOffset
    scratch.set(vector)
    return scratch.byteOffset
  }

  return {
    parameters: initial.length,
    samples: peer => peers.get(peer)?.shard.samples ?? 0,
    start: () => initial,
    train(peer, parameters, update, steps, before) {
      try {
        trainer.train(peer, addressOf(parameters), update.byteOffset, steps, before)
      } catch (error) {
        // The engine checks the parameters of all peers itself, however they are trained.
        if (!(error instanceof TrainingDivergedError)) throw error
        update.fill(Number.NaN)
      }
    },
    judge: (parameters, most) => trainer.evaluate(addressOf(parameters), most),
    stop: async () => {},
  }
}
