import type { Vector } from '../../src/parameters/vectors.ts'
import { createTrainer } from '../../src/training/create-trainer.ts'
import { TrainingDivergedError } from '../../src/training/errors.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { TrainerOptions } from '../../src/training/trainer-options.ts'
import type { Learner } from './learner.ts'

/**
 * Any model, one peer after another: each has a trainer of its own in this thread.
 *
 * @param peers those of this thread
 */
export async function createOneByOneLearner(
  peers: readonly number[],
  optionsOf: (peer: number) => TrainerOptions,
): Promise<Learner> {
  const trainers = new Map<number, Trainer>()
  for (const peer of peers) trainers.set(peer, await createTrainer(optionsOf(peer)))
  const [judging] = trainers.values()
  const count = judging.judge?.bind(judging)
  const trainerOf = (peer: number) => trainers.get(peer) ?? judging

  return {
    parameters: judging.layout.length,
    samples: peer => trainerOf(peer).samples,
    start: peer => trainerOf(peer).initial(),
    async train(peer, parameters, update, steps, before) {
      try {
        update.set((await trainerOf(peer).train(Float32Array.from(parameters), steps, before)).update)
      } catch (error) {
        // The engine checks the parameters of all peers itself, however they are trained.
        if (!(error instanceof TrainingDivergedError)) throw error
        update.fill(Number.NaN)
      }
    },
    judge: (parameters, most) => judging.evaluate(Float32Array.from(parameters), most),
    ...(count && { count: (parameters: Vector) => count(Float32Array.from(parameters)) }),
    async stop() {
      for (const trainer of trainers.values()) await trainer.stop()
    },
  }
}
