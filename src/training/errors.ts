import { HearsayError, UsageError } from '../errors.ts'

// Defined with the interface, which is all that the core knows of training.
export { TrainingDivergedError } from './trainer.ts'

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

/** A backend that this machine cannot run. */
export class BackendUnavailableError extends HearsayError {
  override readonly name = 'BackendUnavailableError'
}

/** A backend's memory is full. */
export class BackendMemoryError extends HearsayError {
  override readonly name = 'BackendMemoryError'
}

/** A saved state that belongs to another model or optimizer, or is damaged. */
export class TrainerStateError extends UsageError {
  override readonly name = 'TrainerStateError'
}

/** A model that takes other samples than the data has, or tells other classes apart. */
export class ModelMisfitError extends UsageError {
  override readonly name = 'ModelMisfitError'
}

/** A file that makes no model: it cannot be read, is of another format, or lacks what it must have. */
export class ModelFileError extends UsageError {
  override readonly name = 'ModelFileError'
}
