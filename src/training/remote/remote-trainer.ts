import type { Trainer } from '../trainer.ts'

/** A trainer in a thread or process of its own, which may end before it is stopped. */
export interface RemoteTrainer extends Trainer {
  /**
   * Aborted, with the `TrainerDiedError` as its reason, when the thread or process ends without having been stopped. The
   * call under way, those that wait and all later ones reject with the same error.
   */
  readonly died: AbortSignal
}
