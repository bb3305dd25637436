import { HearsayError } from '../../errors.ts'

/** A router does not do what it is asked for. */
export class RouterError extends HearsayError {
  override readonly name: string = 'RouterError'
  /** The number of the error, where the router gives one. */
  readonly code?: number
  constructor(message: string, { code, ...options }: ErrorOptions & { readonly code?: number } = {}) {
    super(message, options)
    this.code = code
  }
}

/** A router has no public address itself: there is another one in front of it. */
export class PrivateAddressError extends RouterError {
  override readonly name = 'PrivateAddressError'
}
