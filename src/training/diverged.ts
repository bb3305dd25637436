import { TrainingDivergedError } from './errors.ts'
import { learningRateAt } from './optimizers/learning-rate.ts'
import type { OptimizerSpec } from './optimizers/optimizer-spec.ts'

/** @param what is not finite, as the beginning of a sentence; @param step of the run, counted from 1 */
export function diverged(what: string, optimizer: OptimizerSpec, step: number): TrainingDivergedError {
  return new TrainingDivergedError(
    `training diverged: ${what} at step ${step}, with ${optimizer.name} and a learning rate of ` +
      `${learningRateAt(optimizer, step)}. Try a smaller learning rate, and look for extreme values in the data.`,
  )
}
