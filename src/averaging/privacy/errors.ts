import { HearsayError } from '../../errors.ts'

/** A sum of masked shares cannot be unmasked, or would tell what it must not. */
export class SecureAggregationError extends HearsayError {
  override readonly name = 'SecureAggregationError'
}
