/**
 * Revocations: by the founder of anybody else, by a guest of those who came by its invitations, or by theirs. Whoever is below in a chain
 * goes too. A guest's carries its credential, so that nobody can sign revocations who was never invited.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import type { PeerId } from '../gossip/peer-id.ts'
import type { Signer, VerifySignature } from './admission.ts'
import {
  INVITATION_ID_BYTES,
  MAX_REVOCATION_BYTES,
  MAX_REVOCATIONS,
  MAX_REVOCATIONS_PER_BRANCH,
  MAX_SIGNATURE_BYTES,
} from './constants.ts'
import {
  type Credential,
  decodeCredential,
  encodeCredential,
  holderOf,
  type InvitingRecipe,
  isSigned,
  membersOf,
  misfitOf,
  peerIn,
} from './credential.ts'
import { joinFields, ofText, splitFields } from './fields.ts'
import { revocationStatement } from './statements.ts'

/** Who is a member no longer: a peer, or whoever came by an invitation. */
export type Revoked = { readonly peer: PeerId } | { readonly invitation: string }

export interface Revocation {
  readonly by: Credential
  readonly of: Revoked
  readonly signature: Uint8Array
  /** As it travels, and is kept. */
  readonly bytes: Uint8Array
  /** SHA-256 of these bytes, in hex. */
  readonly digest: string
}

const FIELDS = 3
const PEER = 'p'
const INVITATION = 'i'

const targetOf = (of: Revoked) => ofText('peer' in of ? `${PEER}${of.peer}` : `${INVITATION}${of.invitation}`)

export async function revoke(by: Credential, signer: Signer, of: Revoked): Promise<Uint8Array> {
  const target = targetOf(of)
  const signature = await signer.sign(revocationStatement(by.recipe, signer.peer, target))
  return joinFields([encodeCredential(by), target, signature])
}

/** @returns undefined where these bytes are no revocation; whether its signatures hold is another question */
export function decodeRevocation(given: Uint8Array): Revocation | undefined {
  if (given.byteLength > MAX_REVOCATION_BYTES) return undefined
  // It is kept, and what it came in may be overwritten.
  const bytes = Uint8Array.from(given)
  const fields = splitFields(bytes, FIELDS)
  if (fields?.length !== FIELDS) return undefined
  const [credential, target, signature] = fields
  const by = decodeCredential(credential)
  const of = revokedIn(target)
  if (by === undefined || of === undefined || signature.byteLength > MAX_SIGNATURE_BYTES) return undefined
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { by, of, signature, bytes, digest }
}

const ID = new RegExp(`^[0-9a-f]{${2 * INVITATION_ID_BYTES}}$`)

function revokedIn(target: Uint8Array): Revoked | undefined {
  const kind = String.fromCharCode(target[0])
  const name = target.subarray(1)
  if (kind === PEER) {
    const peer = peerIn(name)
    return peer === undefined ? undefined : { peer }
  }
  const invitation = Buffer.from(name).toString('latin1')
  return kind === INVITATION && ID.test(invitation) ? { invitation } : undefined
}

/** Whether a revocation was signed by the founder of this recipe, or by a guest who may invite. Says nothing of ends: it holds for ever. */
export async function holds(
  { by, of, signature }: Revocation,
  recipe: InvitingRecipe,
  verify: VerifySignature,
): Promise<boolean> {
  const isGuest = by.invitations.length > 0
  if (misfitOf(by, recipe) !== undefined || (isGuest && !recipe.guestsInvite)) return false
  const signer = holderOf(by)
  const isOwn = await verify(signer, revocationStatement(recipe.recipe, signer, targetOf(of)), signature)
  return isOwn && (await isSigned(by, verify))
}

/** Who has revoked the holder of a credential, as what is to be said of it. The founder cannot be revoked. */
export function revokedOf(credential: Credential, revocations: readonly Revocation[]): string | undefined {
  const members = membersOf(credential)
  for (const revocation of revocations) {
    const signer = holderOf(revocation.by)
    const from = signer === credential.founder ? 0 : members.indexOf(signer)
    // What is above its signer is none of its guests.
    if (from === -1) continue
    const at = credential.invitations.findIndex(
      (_, index) => index >= from && isRevoked(credential, index, revocation.of),
    )
    if (at === -1) continue
    const by = `revoked by ${signer === credential.founder ? 'the founder' : signer}`
    const isItself = at === credential.invitations.length - 1
    return isItself ? `was ${by}` : `was invited by way of ${members[at + 1]}, which was ${by}`
  }
  return undefined
}

/** What there is to say of a peer of which nothing is known but its name. */
export function revokedByFounder(peer: PeerId, revocations: readonly Revocation[]): string | undefined {
  const isRevoked = revocations.some(({ by, of }) => by.invitations.length === 0 && 'peer' in of && of.peer === peer)
  return isRevoked && revocations[0].by.founder !== peer ? 'was revoked by the founder' : undefined
}

function isRevoked(credential: Credential, index: number, of: Revoked): boolean {
  return 'peer' in of
    ? membersOf(credential)[index + 1] === of.peer
    : credential.invitations[index].id === of.invitation
}

/** The invitation of the founder by which its signer came, directly or by way of others; undefined of the founder. */
export function branchOf({ by }: Revocation): string | undefined {
  return by.invitations[0]?.id
}

/**
 * The revocations to keep, where there are more than there is room for: the founder's first, then one for each of the founder's invitations
 * in turn by which guests came that revoke. Decided by what they are alone: what one member drops no other brings back, and members that
 * have heard the same keep the same.
 */
export function kept(revocations: readonly Revocation[]): readonly Revocation[] {
  const sorted = [...new Map(revocations.map(each => [each.digest, each])).values()].sort((a, b) =>
    a.digest < b.digest ? -1 : 1,
  )
  const inBranch = new Map<string, number>()
  const turns = sorted.map(revocation => {
    const branch = branchOf(revocation)
    if (branch === undefined) return { revocation, turn: 0 }
    const turn = (inBranch.get(branch) ?? 0) + 1
    inBranch.set(branch, turn)
    return { revocation, turn }
  })
  return turns
    .filter(({ turn }) => turn <= MAX_REVOCATIONS_PER_BRANCH)
    .sort((a, b) => a.turn - b.turn)
    .slice(0, MAX_REVOCATIONS)
    .map(({ revocation }) => revocation)
}

/** Whether a text is the id of an invitation. */
export function isInvitationId(text: string): boolean {
  return ID.test(text)
}
