import type { OuterSteps } from '../exchange/outer-steps.ts'
import type { Clock, Trainer, TrainerState } from '../ports.ts'
import type { Checkpoint } from '../state/checkpoint.ts'
import { withTensors } from './resumption.ts'

/** The trainer's state as of the last time it was taken: asking for it takes a while, and not while it trains. */
export interface TrainerCapture {
  /** Takes it now. No training may be under way. */
  take(): Promise<void>
  /** Clock time of the last time. */
  takenAt(): number
  durable(): Pick<Checkpoint, 'trainer'>
}

/** @param initial what the trainer gave, after the checkpoint's was restored */
export function createTrainerCapture(
  { trainer, clock, outerSteps }: { trainer: Trainer; clock: Clock; outerSteps: OuterSteps },
  initial: TrainerState,
): TrainerCapture {
  let state = initial
  let takenAt = clock.now()
  return {
    async take() {
      state = await trainer.state()
      takenAt = clock.now()
    },
    takenAt: () => takenAt,
    durable: () => ({ trainer: withTensors(state, outerSteps.tensors()) }),
  }
}
