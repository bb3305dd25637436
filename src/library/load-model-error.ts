import { UsageError } from '../errors.ts'

/** There is no model, or not one of hearsay's. In a file of its own, since programs that catch it may not have the types of TensorFlow.js. */
export class LoadModelError extends UsageError {
  override readonly name = 'LoadModelError'
}
