import { HearsayError } from '../errors.ts'

/** A peer could not be reached, or does not speak what was asked of it; `cause` is what libp2p says. */
export class UnreachableError extends HearsayError {
  override readonly name = 'UnreachableError'
}

/** Either of two peers does not let the other in. */
export class RefusedPeerError extends UnreachableError {
  /** Who refuses: this peer here, or the other there. */
  readonly by: 'here' | 'there'
  /** Why, as what is to be said of who is refused: `was not invited`. */
  readonly reason: string
  constructor(by: 'here' | 'there', reason: string) {
    super(by === 'here' ? `it ${reason}` : `it refuses this peer, which ${reason}`)
    this.by = by
    this.reason = reason
  }
}

/** A connection is ended because its peer says more than it may. */
export class FloodError extends UnreachableError {}

/** An address to listen on is not this machine's, or is in use. */
export class ListenError extends HearsayError {
  override readonly name = 'ListenError'
}

/** Bytes that should be an identity are none. */
export class IdentityError extends HearsayError {
  override readonly name = 'IdentityError'
}

/** The reason of a libp2p error for people, on one line: a failed dial is one error for each address. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ')
  const text = error instanceof Error ? error.message || error.name : String(error)
  // libp2p says the address twice.
  return (text.split('\n', 1)[0] ?? text).replace(/^connection error \S+: /, '')
}
