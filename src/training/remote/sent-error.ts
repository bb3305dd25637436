import { UsageError } from '../../errors.ts'
import {
  BackendMemoryError,
  BackendUnavailableError,
  ModelFileError,
  ModelMisfitError,
  TrainerStateError,
  TrainingDivergedError,
} from '../errors.ts'

/** An error on its way to another thread. Structured clone would keep neither class nor name. */
export interface SentError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly cause: SentError | undefined
}

/** Those that callers tell apart by class. */
const CLASSES: Readonly<Record<string, new (message: string, options?: ErrorOptions) => Error>> = {
  BackendMemoryError,
  BackendUnavailableError,
  ModelFileError,
  ModelMisfitError,
  RangeError,
  TrainerStateError,
  TrainingDivergedError,
  UsageError,
}

export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined, cause: undefined }
  const { name, message, stack, cause } = error
  return { name, message, stack, cause: cause === undefined ? undefined : sendError(cause) }
}

/** The error that was sent: same name, same message, same cause, and the stack of the thread where it was thrown. */
export function receiveError({ name, message, stack, cause }: SentError): Error {
  const known = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined
  const options = cause && { cause: receiveError(cause) }
  const error = known === undefined ? Object.assign(new Error(message, options), { name }) : new known(message, options)
  if (stack !== undefined) error.stack = stack
  return error
}
