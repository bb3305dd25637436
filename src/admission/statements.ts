/**
 * The bytes that are signed, or authenticated by a key. Each begins with what it is: a signature of one kind of statement is worth nothing as
 * another, nor anywhere outside hearsay.
 *
 * @packageDocumentation
 */

import type { PeerId } from '../gossip/peer-id.ts'
import type { ProofContext } from './admission.ts'
import { joinFields, ofHex, ofText } from './fields.ts'

type Kind = 'invitation' | 'claim' | 'revocation' | 'member' | 'key'

function statement(kind: Kind, recipe: string, fields: readonly Uint8Array[]): Uint8Array {
  return joinFields([ofText(`hearsay/${kind}/1`), ofHex(recipe), ...fields])
}

/** What somebody is invited by: `by` says that `to` may be a member, until an end if there is one. */
export interface InvitationTerms {
  /** Random, in hex. */
  readonly id: string
  /** The peer id of a guest; or of the bearer's key, which stands for whoever holds it. */
  readonly to: PeerId
  readonly isBearer: boolean
  /** Milliseconds since the Unix epoch. Default: no end. */
  readonly until?: number
}

const UNTIL_BYTES = 6
const NO_END = 0

/** Milliseconds, in six bytes. */
export function ofEnd(until: number | undefined): Uint8Array {
  const bytes = Buffer.alloc(UNTIL_BYTES)
  bytes.writeUIntBE(until ?? NO_END, 0, UNTIL_BYTES)
  return bytes
}

/** @returns null where these bytes are no end */
export function toEnd(bytes: Uint8Array): number | undefined | null {
  if (bytes.byteLength !== UNTIL_BYTES) return null
  const until = Buffer.from(bytes).readUIntBE(0, UNTIL_BYTES)
  return until === NO_END ? undefined : until
}

export function invitationStatement(recipe: string, by: PeerId, terms: InvitationTerms): Uint8Array {
  const { id, to, isBearer, until } = terms
  return statement('invitation', recipe, [
    ofText(by),
    ofText(to),
    Uint8Array.of(isBearer ? 1 : 0),
    ofEnd(until),
    ofHex(id),
  ])
}

/** The bearer's key says which peer came by its invitation. */
export function claimStatement(recipe: string, invitation: string, guest: PeerId): Uint8Array {
  return statement('claim', recipe, [ofHex(invitation), ofText(guest)])
}

export function revocationStatement(recipe: string, by: PeerId, target: Uint8Array): Uint8Array {
  return statement('revocation', recipe, [ofText(by), target])
}

/** The proof of one connection and one direction: by a signature of the prover, or by the key. */
export function proofStatement(kind: 'member' | 'key', recipe: string, context: ProofContext): Uint8Array {
  const { prover, verifier, proverNonce, verifierNonce } = context
  return statement(kind, recipe, [ofText(prover), ofText(verifier), proverNonce, verifierNonce])
}
