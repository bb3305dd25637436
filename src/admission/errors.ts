import { UsageError } from '../errors.ts'

/** A text is no invitation, or one that this peer cannot use: cut short, damaged, ended, for another peer or recipe. */
export class InvitationError extends UsageError {
  override readonly name = 'InvitationError'
}

/** A text is no key of a swarm. */
export class SwarmKeyError extends UsageError {
  override readonly name = 'SwarmKeyError'
}

/** Somebody cannot be revoked, or not by this peer. */
export class RevocationError extends UsageError {
  override readonly name = 'RevocationError'
}
