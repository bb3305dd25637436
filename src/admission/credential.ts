/**
 * A credential: the invitations that lead from the founder to a peer, each signed by whom the one before has invited. It says nothing secret:
 * whoever is shown it cannot use it, as its last peer signs every proof itself.
 *
 * @packageDocumentation
 */

import type { PeerId } from '../gossip/peer-id.ts'
import type { Signer, VerifySignature } from './admission.ts'
import { INVITATION_ID_BYTES, MAX_INVITATIONS, MAX_PEER_ID_CHARACTERS, MAX_SIGNATURE_BYTES } from './constants.ts'
import { joinFields, ofHex, ofText, splitFields, toHex } from './fields.ts'
import { claimStatement, type InvitationTerms, invitationStatement, ofEnd, toEnd } from './statements.ts'

/** What binds an invitation for a bearer to one guest, signed with the bearer's key. */
export interface Claim {
  readonly guest: PeerId
  readonly signature: Uint8Array
}

/** An invitation as one link of a chain: who signed it is the member before it. */
export interface ChainedInvitation extends InvitationTerms {
  readonly signature: Uint8Array
  /** Of a bearer's, once somebody has come by it. */
  readonly claim?: Claim
}

export interface Credential {
  /** The hash of the recipe, in hex: of the swarm's first generation. */
  readonly recipe: string
  readonly founder: PeerId
  /** From the founder downwards; none for the founder itself. */
  readonly invitations: readonly ChainedInvitation[]
}

/** What the recipe says of who may be a member. */
export interface InvitingRecipe {
  readonly recipe: string
  readonly founder: PeerId
  readonly guestsInvite: boolean
}

/** The peers of a chain, from the founder to whom the credential is of; the bearer's key, where nobody has claimed its invitation. */
export function membersOf({ founder, invitations }: Credential): readonly PeerId[] {
  return [founder, ...invitations.map(({ claim, to }) => claim?.guest ?? to)]
}

/** The peer whose credential it is. */
export function holderOf(credential: Credential): PeerId {
  return membersOf(credential)[credential.invitations.length]
}

const NO_BYTES = new Uint8Array()
const HEADER_FIELDS = 2
const FIELDS_PER_INVITATION = 7

export function encodeCredential({ recipe, founder, invitations }: Credential): Uint8Array {
  return joinFields([
    ofHex(recipe),
    ofText(founder),
    ...invitations.flatMap(({ to, isBearer, until, id, signature, claim }) => [
      ofText(to),
      Uint8Array.of(isBearer ? 1 : 0),
      ofEnd(until),
      ofHex(id),
      signature,
      claim === undefined ? NO_BYTES : ofText(claim.guest),
      claim?.signature ?? NO_BYTES,
    ]),
  ])
}

/** @returns undefined where these bytes are no credential; whether its signatures hold is another question */
export function decodeCredential(bytes: Uint8Array): Credential | undefined {
  const fields = splitFields(bytes, HEADER_FIELDS + FIELDS_PER_INVITATION * MAX_INVITATIONS)
  if (fields === undefined || fields.length < HEADER_FIELDS) return undefined
  const [recipe, founderText] = fields
  const founder = peerIn(founderText)
  if (recipe.byteLength !== 32 || founder === undefined) return undefined
  const invitations: ChainedInvitation[] = []
  for (let at = HEADER_FIELDS; at < fields.length; at += FIELDS_PER_INVITATION) {
    const invitation = invitationIn(fields.slice(at, at + FIELDS_PER_INVITATION))
    if (invitation === undefined) return undefined
    invitations.push(invitation)
  }
  return { recipe: toHex(recipe), founder, invitations }
}

function invitationIn(fields: readonly Uint8Array[]): ChainedInvitation | undefined {
  if (fields.length !== FIELDS_PER_INVITATION) return undefined
  const [toText, kind, end, id, signature, guestText, claimSignature] = fields
  const to = peerIn(toText)
  const until = toEnd(end)
  const isBearer = kind[0] === 1
  if (to === undefined || until === null || kind.byteLength !== 1 || kind[0] > 1) return undefined
  if (id.byteLength !== INVITATION_ID_BYTES || !isSignature(signature)) return undefined
  const terms = { id: toHex(id), to, isBearer, until, signature }
  if (guestText.byteLength === 0 && claimSignature.byteLength === 0) return terms
  const guest = peerIn(guestText)
  if (!isBearer || guest === undefined || !isSignature(claimSignature)) return undefined
  return { ...terms, claim: { guest, signature: claimSignature } }
}

/** The letters of base58: nothing that could mean something to a terminal. */
const PEER_ID = /^[1-9A-HJ-NP-Za-km-z]+$/

/** The peer id that these bytes are, as far as letters tell. */
export function peerIn(bytes: Uint8Array): PeerId | undefined {
  if (bytes.byteLength > MAX_PEER_ID_CHARACTERS) return undefined
  const text = Buffer.from(bytes).toString('latin1')
  return PEER_ID.test(text) ? text : undefined
}

const isSignature = ({ byteLength }: Uint8Array) => byteLength > 0 && byteLength <= MAX_SIGNATURE_BYTES

/**
 * Why a chain is none of this recipe, as what is to be said of whom it is of; undefined where it is one, if its signatures hold. Costs nothing.
 */
export function misfitOf(
  credential: Credential,
  { recipe, founder, guestsInvite }: InvitingRecipe,
): string | undefined {
  const { invitations } = credential
  if (credential.recipe !== recipe) {
    return `has an invitation to another recipe, ${short(credential.recipe)}; here it is ${short(recipe)}`
  }
  if (credential.founder !== founder) return `has an invitation of another founder, ${credential.founder}`
  if (invitations.length > 1 && !guestsInvite) {
    return 'was invited by a guest, and the recipe lets the founder alone invite'
  }
  if (invitations.some(({ isBearer, claim }) => isBearer && claim === undefined)) {
    return 'has not claimed its invitation'
  }
  const members = membersOf(credential)
  return new Set(members).size < members.length ? 'has a chain of invitations that leads in a circle' : undefined
}

/** The end of the first invitation of a chain that has ended, as what is to be said of whom it is of. */
export function endedOf(credential: Credential, now: number): string | undefined {
  const { invitations } = credential
  const at = invitations.findIndex(({ until }) => until !== undefined && until <= now)
  if (at === -1) return undefined
  const end = `that ended on ${dateText(invitations[at].until as number)}`
  return at === invitations.length - 1
    ? `has an invitation ${end}`
    : `was invited by way of ${membersOf(credential)[at + 1]}, which has an invitation ${end}`
}

/** When the first of a chain's invitations ends. */
export function endOf({ invitations }: Credential): number {
  return Math.min(Number.POSITIVE_INFINITY, ...invitations.map(({ until = Number.POSITIVE_INFINITY }) => until))
}

/** Whether each invitation is signed by the member before it, and each claim by its bearer's key. */
export async function isSigned(credential: Credential, verify: VerifySignature): Promise<boolean> {
  const { recipe, invitations } = credential
  const members = membersOf(credential)
  for (const [index, invitation] of invitations.entries()) {
    const { id, to, claim, signature } = invitation
    if (!(await verify(members[index], invitationStatement(recipe, members[index], invitation), signature)))
      return false
    if (claim !== undefined && !(await verify(to, claimStatement(recipe, id, claim.guest), claim.signature)))
      return false
  }
  return true
}

/** The credential with one invitation more, which its holder signs. */
export async function extend(credential: Credential, holder: Signer, terms: InvitationTerms): Promise<Credential> {
  const signature = await holder.sign(invitationStatement(credential.recipe, holder.peer, terms))
  return { ...credential, invitations: [...credential.invitations, { ...terms, signature }] }
}

/** The credential of the guest, whose last invitation is for the bearer of this key. */
export async function claimFor(credential: Credential, bearer: Signer, guest: PeerId): Promise<Credential> {
  const { recipe, invitations } = credential
  const last = invitations[invitations.length - 1]
  const signature = await bearer.sign(claimStatement(recipe, last.id, guest))
  return { ...credential, invitations: [...invitations.slice(0, -1), { ...last, claim: { guest, signature } }] }
}

const SHORT_CHARACTERS = 16

const short = (hash: string) => `${hash.slice(0, SHORT_CHARACTERS)}…`

/** To the minute, in UTC: peers are in many time zones. */
export function dateText(milliseconds: number): string {
  const [date, time] = new Date(milliseconds).toISOString().split('T')
  return `${date} at ${time.slice(0, 5)} UTC`
}
