import { HearsayError, UsageError } from '../errors.ts'

/** Loss or parameters are no longer finite numbers. The message names the step and the learning rate. */
export class TrainingDivergedError extends HearsayError {
  override readonly name = 'TrainingDivergedError'
}

/** The thread that trains ended without being asked to. */
export class TrainerDiedError extends HearsayError {
  override readonly name = 'TrainerDiedError'
}

/** The trainer was stopped, before the call or during it. */
export class TrainerStoppedError extends HearsayError {
  override readonly name = 'TrainerStoppedError'
  constructor() {
    super('the trainer was stopped')
  }
}

/** A call was made before the last one had ended. A trainer does one thing at a time: await each call. */
export class TrainerBusyError extends HearsayError {
  override readonly name = 'TrainerBusyError'
  constructor() {
    super('the trainer is still busy with the last call: await each call before the next')
  }
}

/** A backend that this machine cannot run. */
export class BackendUnavailableError extends HearsayError {
  override readonly name = 'BackendUnavailableError'
}

/** A saved state that belongs to another model or optimizer, or is damaged. */
export class TrainerStateError extends UsageError {
  override readonly name = 'TrainerStateError'
}
