/**
 * An invitation as one person gives it to another: a text that carries the inviter's own credential, the invitation, and, where it is for
 * whoever holds it, the seed of the bearer's key. The seed stays with those who have the text: members see signatures of its key only.
 *
 * @packageDocumentation
 */

import { randomBytes } from 'node:crypto'
import type { PeerId } from '../gossip/peer-id.ts'
import type { Signer, VerifySignature } from './admission.ts'
import { INVITATION_ID_BYTES, MAX_INVITATIONS, MAX_PROOF_BYTES, SECRET_BYTES } from './constants.ts'
import {
  type ChainedInvitation,
  type Credential,
  claimFor,
  dateText,
  decodeCredential,
  encodeCredential,
  endedOf,
  extend,
  type InvitingRecipe,
  isSigned,
  membersOf,
  misfitOf,
} from './credential.ts'
import { InvitationError } from './errors.ts'
import { joinFields, splitFields, toHex } from './fields.ts'
import { fromPastedText, toPastedText } from './pasted-text.ts'

export const INVITATION_PREFIX = 'hearsay-invite-'

export interface Invitation {
  /** The chain whose last invitation this is. Where it is for a bearer nobody has claimed it yet, and the seed is there. */
  readonly credential: Credential
  readonly seed?: Uint8Array
}

/** Makes the signer of an Ed25519 seed. */
export type SignerOfSeed = (seed: Uint8Array) => Promise<Signer>

const NO_SEED = new Uint8Array()
const FIELDS = 2

/** A text to paste. Also what a guest keeps: its credential without a seed. */
export function invitationText({ credential, seed = NO_SEED }: Invitation): string {
  return toPastedText(INVITATION_PREFIX, joinFields([encodeCredential(credential), seed]))
}

/**
 * Reads what {@link invitationText} wrote. Whether its signatures hold is for {@link accept} to say.
 *
 * @throws InvitationError
 */
export function parseInvitation(text: string): Invitation {
  const trimmed = text.trim()
  if (!trimmed.startsWith(INVITATION_PREFIX)) {
    throw new InvitationError(`this is no invitation: expected a text that begins with ${INVITATION_PREFIX}`)
  }
  const payload = fromPastedText(INVITATION_PREFIX, trimmed)
  if (typeof payload === 'string') throw new InvitationError(`this invitation ${payload}`)
  const [credential, seed] = readPayload(payload) ?? []
  if (credential === undefined || seed === undefined) {
    throw new InvitationError(
      'this invitation is of another version of hearsay: ask for one of the version that runs here',
    )
  }
  return seed.byteLength === 0 ? { credential } : { credential, seed }
}

function readPayload(payload: Uint8Array): [Credential, Uint8Array] | undefined {
  if (payload.byteLength > MAX_PROOF_BYTES) return undefined
  const fields = splitFields(payload, FIELDS)
  const credential = fields?.length === FIELDS ? decodeCredential(fields[0]) : undefined
  const last = credential?.invitations.at(-1)
  if (fields === undefined || credential === undefined || last === undefined) return undefined
  const [, seed] = fields
  return seed.byteLength === (isOpen(last) ? SECRET_BYTES : 0) ? [credential, seed] : undefined
}

/** Whether it is for whoever holds it, and nobody has come by it in this chain. */
function isOpen({ isBearer, claim }: ChainedInvitation): boolean {
  return isBearer && claim === undefined
}

/** Whom an invitation is for, and until when. */
export interface Inviting {
  /** The peer id of the guest. Default: whoever holds the text. */
  readonly guest?: PeerId
  /** Milliseconds since the Unix epoch. Default: no end. */
  readonly until?: number
}

/** A member that signs invitations. */
export interface Inviter {
  /** Its own; the founder's has no invitations. */
  readonly credential: Credential
  readonly signer: Signer
  /** What the recipe says. */
  readonly guestsInvite: boolean
}

/** Whether a member may invite, as far as the recipe says and there is room. */
export function mayInvite({ credential: { invitations }, guestsInvite }: Inviter): boolean {
  return invitations.length === 0 || (guestsInvite && invitations.length < MAX_INVITATIONS)
}

/**
 * A new invitation by a member.
 *
 * @throws InvitationError where this member may not invite, or the guest needs no invitation
 */
export async function invite(
  inviter: Inviter,
  { guest, until, now }: Inviting & { readonly now: number },
  signerOf: SignerOfSeed,
): Promise<Invitation> {
  const { credential, signer, guestsInvite } = inviter
  const own = credential.invitations.length
  if (own > 0 && !guestsInvite) {
    throw new InvitationError(
      `the recipe lets its founder alone invite, ${credential.founder}; this peer is ${signer.peer} (security.guestsInvite would let guests)`,
    )
  }
  if (own >= MAX_INVITATIONS) {
    throw new InvitationError(
      `this peer is ${own} invitations away from the founder, which is the most: ask somebody who is nearer to it to invite`,
    )
  }
  const ended = endedOf(credential, now)
  if (ended !== undefined) throw new InvitationError(`this peer ${ended}, and can invite nobody any more`)
  if (until !== undefined && until <= now) {
    throw new InvitationError(`an invitation that ends on ${dateText(until)} has ended: give a date to come`)
  }
  if (guest !== undefined && membersOf(credential).includes(guest)) {
    throw new InvitationError(`${guest} is a member already, by whom this peer was invited, or this peer itself`)
  }
  const id = toHex(randomBytes(INVITATION_ID_BYTES))
  if (guest !== undefined)
    return { credential: await extend(credential, signer, { id, to: guest, isBearer: false, until }) }
  const seed = randomBytes(SECRET_BYTES)
  const { peer } = await signerOf(seed)
  return { credential: await extend(credential, signer, { id, to: peer, isBearer: true, until }), seed }
}

/**
 * The credential of a peer that comes with an invitation.
 *
 * @throws InvitationError where others would not let it in by this one
 */
export async function accept(
  { credential, seed }: Invitation,
  self: PeerId,
  {
    recipe,
    verify,
    signerOf,
    now,
  }: {
    readonly recipe: InvitingRecipe
    readonly verify: VerifySignature
    readonly signerOf: SignerOfSeed
    readonly now: number
  },
): Promise<Credential> {
  const own = seed === undefined ? credential : await claimFor(credential, await signerOf(seed), self)
  const last = own.invitations.at(-1) as ChainedInvitation
  const misfit = misfitOf(own, recipe)
  if (misfit !== undefined)
    throw new InvitationError(
      `this peer ${misfit}: use the recipe that came with the invitation, or ask for another invitation`,
    )
  const guest = last.claim?.guest ?? last.to
  if (guest !== self) {
    throw new InvitationError(`this invitation is for the peer ${guest}; this peer is ${self}`)
  }
  const ended = endedOf(own, now)
  if (ended !== undefined) throw new InvitationError(`this peer ${ended}: ask for another`)
  if (!(await isSigned(own, verify))) {
    throw new InvitationError('this invitation has a signature that does not hold: ask for another')
  }
  return own
}
