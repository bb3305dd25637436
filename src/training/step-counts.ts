import { TrainerStateError } from './errors.ts'
import type { OptimizerSpec } from './optimizers/optimizer-spec.ts'
import type { TrainerState } from './trainer.ts'

/** What a trainer has counted, as its state keeps it. */
export interface StepCounts {
  /** Steps that the trainer has done. */
  readonly steps: number
  /** Steps that the optimizer's moments have seen: fewer, where they began anew. */
  readonly optimizerSteps: number
}

export function writeStepCounts({ name }: OptimizerSpec, counts: StepCounts): TrainerState['metadata'] {
  return { optimizer: name, steps: String(counts.steps), optimizerSteps: String(counts.optimizerSteps) }
}

/** @throws TrainerStateError where the state is damaged, or of another optimizer */
export function readStepCounts({ name }: OptimizerSpec, metadata: TrainerState['metadata']): StepCounts {
  const steps = Number(metadata.steps)
  // A state from before the optimizer counted its own steps has the trainer's.
  const optimizerSteps = Number(metadata.optimizerSteps ?? metadata.steps)
  if (metadata.optimizer === name && isCount(steps) && isCount(optimizerSteps)) return { steps, optimizerSteps }
  throw new TrainerStateError(
    `the saved state is of the optimizer '${metadata.optimizer}' after ${metadata.steps} steps, ` +
      `this trainer uses '${name}'`,
  )
}

const isCount = (value: number) => Number.isInteger(value) && value >= 0
