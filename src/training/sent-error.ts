import { UsageError } from '../errors.ts'
import {
  BackendUnavailableError,
  LayersModelFileError,
  ModelFileError,
  ModelMisfitError,
  TrainerStateError,
  TrainingDivergedError,
} from './errors.ts'

/** An error on its way to another thread. Structured clone would keep neither class nor name. */
export interface SentError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
}

/** Those that callers tell apart by class. */
const CLASSES: Readonly<Record<string, new (message: string) => Error>> = {
  BackendUnavailableError,
  LayersModelFileError,
  ModelFileError,
  ModelMisfitError,
  RangeError,
  TrainerStateError,
  TrainingDivergedError,
  UsageError,
}

export function sendError(error: unknown): SentError {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack }
  return { name: 'Error', message: String(error), stack: undefined }
}

/** The error that was sent: same name, same message, and the stack of the thread where it was thrown. */
export function receiveError({ name, message, stack }: SentError): Error {
  const known = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined
  const error = known === undefined ? Object.assign(new Error(message), { name }) : new known(message)
  if (stack !== undefined) error.stack = stack
  return error
}
