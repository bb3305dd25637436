/**
 * Who a peer is to the swarm of its recipe: what it proves, whom it lets in, whom it may invite; and the revocations that its state keeps.
 *
 * @packageDocumentation
 */

import type { Admission } from '../admission/admission.ts'
import { accept, type Inviter, invitationText, parseInvitation } from '../admission/invitation.ts'
import { invitedAdmission } from '../admission/invited.ts'
import { keyAdmission, parseSwarmKey } from '../admission/key.ts'
import { openAdmission } from '../admission/open.ts'
import { UsageError } from '../errors.ts'
import { peerIdOf } from '../network/identity.ts'
import { signerOf, signerOfSeed, verifySignature } from '../network/signatures.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { type MembershipFiles, membershipFiles } from '../storage/membership-files.ts'
import type { PeerOptions } from './peer.ts'
import type { PreparedRecipe } from './prepared-recipe.ts'
import { timeOfDay } from './system-clock.ts'

/** A peer has nothing that lets it into its swarm, or something that it needs not. */
export class MembershipError extends UsageError {
  override readonly name = 'MembershipError'
}

/** What a peer is to the swarm of its recipe, and by what. */
export interface Membership {
  readonly admission: Admission
  /** What its own invitations are signed with, where the recipe is of invited peers. */
  readonly inviter?: Inviter
  /** Where revocations are kept. */
  readonly files?: MembershipFiles
}

interface Applicant {
  readonly recipe: Recipe
  /** The recipe's hash: of the swarm's first generation. */
  readonly hash: string
  readonly identity: Uint8Array
  /** Whether it will have the same peer id the next time. */
  readonly isLasting: boolean
  /** The text that it was given: an invitation, or a key. */
  readonly given?: string
  /** That, or else what its state has kept. */
  readonly text?: string
  readonly files?: MembershipFiles
}

/**
 * The membership of a peer, by what it was given or its state has kept. What it was given is kept.
 *
 * @param identity undefined over a network of the caller's own, which decides itself who is in
 * @param admission who is a member, in place of what the recipe says
 * @throws MembershipError, InvitationError and SwarmKeyError where others would not let it in
 */
export async function membershipOf(
  { state, identity: own, invitation, alone = false }: PeerOptions,
  { recipe, hash }: Pick<PreparedRecipe, 'recipe' | 'hash'>,
  identity: Uint8Array | undefined,
  admission: Admission | undefined,
): Promise<Membership> {
  if (admission !== undefined) return { admission }
  if (identity === undefined) return { admission: openAdmission() }
  const { membership, founder } = recipe.security
  if (membership === 'open') {
    if (invitation === undefined) return { admission: openAdmission() }
    throw new MembershipError(
      'the recipe is open: anyone who has it is a member, and needs neither an invitation nor a key (security.membership)',
    )
  }
  const files = state === undefined ? undefined : membershipFiles(state)
  const given = invitation?.trim()
  const text = given ?? (await files?.pass())?.trim()
  // Nobody reaches it, and it reaches nobody.
  if (alone && text === undefined && peerIdOf(identity) !== founder) return { admission: openAdmission() }
  const isLasting = state !== undefined || own !== undefined
  const applicant = { recipe, hash, identity, isLasting, given, text, files }
  return membership === 'invited' ? await invited(applicant) : await withKey(applicant)
}

async function withKey({ hash, given, text, files }: Applicant): Promise<Membership> {
  if (text === undefined) {
    throw new MembershipError(
      'this swarm takes peers that have its key only (security.membership): ask a member for it, and give it with --invite FILE (the option ' +
        'invitation)',
    )
  }
  const key = parseSwarmKey(text)
  if (given !== undefined) await files?.keepPass(given)
  return { admission: keyAdmission({ recipe: hash, key }) }
}

async function invited(applicant: Applicant): Promise<Membership> {
  const { recipe, hash, identity, given, text, files } = applicant
  const { founder = '', guestsInvite = false } = recipe.security
  const signer = signerOf(identity)
  const founding = { recipe: hash, founder, guestsInvite }
  const isFounder = signer.peer === founder
  if (isFounder && given !== undefined) {
    throw new MembershipError('this peer is the founder of its swarm, and needs no invitation: leave it out')
  }
  if (!isFounder && text === undefined) throw new MembershipError(howToBeInvited(signer.peer, founder, applicant))
  const credential =
    isFounder || text === undefined
      ? { recipe: hash, founder, invitations: [] }
      : await accept(parseInvitation(text), signer.peer, {
          recipe: founding,
          verify: verifySignature,
          signerOf: signerOfSeed,
          now: timeOfDay.now(),
        })
  const admission = await invitedAdmission({
    ...founding,
    self: signer,
    credential,
    verify: verifySignature,
    revocations: [],
    time: timeOfDay,
  })
  // One by one: one of another recipe, which does not hold, must not keep others from being heard.
  for (const revocation of (await files?.revocations())?.values() ?? []) await admission.learn([revocation])
  const lapsed = admission.lapsed(signer.peer)
  if (lapsed !== undefined) {
    throw new MembershipError(
      `this peer ${lapsed}: to come back it needs another identity (--state), and an invitation`,
    )
  }
  if (given !== undefined) await files?.keepPass(invitationText({ credential }))
  return { admission, inviter: { credential, signer, guestsInvite }, files }
}

function howToBeInvited(peer: string, founder: string, { isLasting }: Applicant): string {
  const who = isLasting ? `this peer is ${peer}: ask the founder` : 'ask the founder'
  const what = isLasting ? `hearsay invite --for ${peer}` : 'hearsay invite'
  return (
    `this swarm takes invited peers only (security.membership); ${who}, ${founder}, for an invitation (${what}), ` +
    'and give it with --invite FILE|TEXT (the option invitation)'
  )
}
