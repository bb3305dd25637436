/**
 * What founders and guests do beside running a peer: found a swarm, invite, revoke. All of it is done with a state, also while the peer of that
 * state runs.
 *
 * @packageDocumentation
 */

import { existsSync } from 'node:fs'
import { MAX_REVOCATIONS, MAX_REVOCATIONS_PER_BRANCH } from '../admission/constants.ts'
import { type Credential, membersOf } from '../admission/credential.ts'
import { InvitationError, RevocationError } from '../admission/errors.ts'
import {
  INVITATION_PREFIX,
  type Inviter,
  invitationText,
  invite as inviteBy,
  parseInvitation,
} from '../admission/invitation.ts'
import {
  branchOf,
  decodeRevocation,
  isInvitationId,
  type Revoked,
  revoke as revokeBy,
} from '../admission/revocation.ts'
import type { PeerId } from '../gossip/peer-id.ts'
import { createIdentity, peerIdOf } from '../network/identity.ts'
import { isPeerId, signerOf, signerOfSeed } from '../network/signatures.ts'
import { parseRecipe, type Recipe, type RecipeInput, recipeHash } from '../recipe/recipe.ts'
import { membershipFiles } from '../storage/membership-files.ts'
import { openStateDirectory, StateError } from '../storage/state-directory.ts'
import { optionsOf, requireOptions, text, value } from '../strict-options.ts'
import { identifyModel } from './identify-model.ts'
import { MembershipError } from './membership.ts'
import type { InviteOptions } from './peer.ts'
import { timeOfDay } from './system-clock.ts'

/**
 * The peer id of a state's identity, which is made where there is none: a recipe names it as `security.founder`. Who has the state can
 * invite, and nobody else.
 *
 * @throws StateError where the folder cannot be used
 */
export async function prepareFounder(state: string): Promise<{ readonly founder: PeerId }> {
  const known = await membershipFiles(state).identity()
  if (known !== undefined) return { founder: peerIdOf(known) }
  const directory = await openStateDirectory(state)
  try {
    return { founder: peerIdOf(await directory.identity(createIdentity)) }
  } finally {
    await directory.release()
  }
}

/**
 * Keeps a recipe in a state before its peer has run, so that {@link invite} knows to what.
 *
 * @returns the recipe as it is kept
 * @throws StateError where the state has learned by another recipe
 */
export async function keepRecipe(state: string, given: RecipeInput): Promise<Recipe> {
  const recipe = await identifyModel(parseRecipe(given))
  const known = await membershipFiles(state).recipe()
  const directory = await openStateDirectory(state)
  try {
    const isOther = known !== undefined && recipeHash(parseRecipe(documentIn(known, state))) !== recipeHash(recipe)
    if (isOther && existsSync(directory.checkpointFile)) {
      throw new StateError(`--state ${state} has learned by another recipe, which is in it: give a folder of its own`)
    }
    await directory.keepRecipe(`${JSON.stringify(recipe, null, 2)}\n`)
    return recipe
  } finally {
    await directory.release()
  }
}

/** An invitation has six bytes for it: until the year 10889. */
const LAST_END = 2 ** 48 - 1
const end = value(
  `a whole number of milliseconds since 1970, at most ${LAST_END}`,
  given => Number.isSafeInteger(given) && (given as number) > 0 && (given as number) <= LAST_END,
)

const inviting = { for: text.optional(), until: end.optional() }
const inviteOptions = optionsOf<InviteOptions>(inviting)
const inviteFromStateOptions = optionsOf<InviteOptions & { readonly state: string }>({ ...inviting, state: text })

/**
 * An invitation by a member that has one itself, or is the founder.
 *
 * @throws InvitationError where it may not invite, or not this peer
 */
export async function inviteTo(inviter: Inviter, options: InviteOptions): Promise<string> {
  requireOptions('invite', inviteOptions, options)
  const { for: guest, until } = options
  if (guest !== undefined && !isPeerId(guest)) {
    throw new InvitationError(
      `for (--for) is ${JSON.stringify(guest.slice(0, 80))}; expected a peer id, such as 12D3KooW…`,
    )
  }
  return invitationText(await inviteBy(inviter, { guest, until, now: timeOfDay.now() }, signerOfSeed))
}

/**
 * Signs an invitation to the swarm of a state: its founder's, or a guest's where the recipe lets guests invite. For whoever holds it, it is a
 * secret.
 *
 * @returns the text, for `createPeer({ invitation })` and `hearsay peer --invite`
 * @throws MembershipError where nobody is invited to the swarm, InvitationError where this peer may not invite, or not this guest
 */
export async function invite(options: InviteOptions & { readonly state: string }): Promise<string> {
  requireOptions('invite', inviteFromStateOptions, options)
  const { state, ...terms } = options
  return await inviteTo(await inviterOf(state), terms)
}

/** Who is a member no longer. */
export type { Revoked }

const revokeOptions = optionsOf<RevokeOptions>({ state: text, whom: text })

/** Who is to be put out, and by whom. */
export interface RevokeOptions {
  /** The founder's state, or that of a guest, for those whom it has let in. */
  readonly state: string
  /** A peer's id; or an invitation, by its text or its id: all who came by it. */
  readonly whom: string
}

/**
 * Ends a membership, and those of all who were invited by way of it. A peer that runs on the state hears of it within a second and tells the
 * others; one that does not, when it is started. There is no way back.
 *
 * @throws RevocationError where this peer cannot revoke them
 */
export async function revoke(options: RevokeOptions): Promise<Revoked> {
  requireOptions('revoke', revokeOptions, options)
  const { state, whom } = options
  const { credential, signer, guestsInvite } = await inviterOf(state)
  const of = revokedIn(whom.trim(), credential)
  const { invitations } = credential
  const isAbove =
    'peer' in of ? membersOf(credential).includes(of.peer) : invitations.some(({ id }) => id === of.invitation)
  if (isAbove) throw new RevocationError('that is this peer itself, or what it is a member by: it cannot revoke it')
  if (invitations.length > 0 && !guestsInvite) {
    throw new RevocationError(
      `this peer has invited nobody: the recipe lets its founder alone do so, ${credential.founder}`,
    )
  }
  const files = membershipFiles(state)
  const bytes = await revokeBy(credential, signer, of)
  const known = [...(await files.revocations()).values()]
  if (known.some(each => Buffer.compare(each, bytes) === 0)) return of
  requireRoom(known, invitations[0]?.id)
  await files.addRevocation(bytes)
  return of
}

/** Beyond the bound one would be forgotten, and whom it revoked would be back. */
function requireRoom(known: readonly Uint8Array[], branch: string | undefined): void {
  const others = known.map(decodeRevocation).filter(each => each !== undefined && branchOf(each) === branch)
  const most = branch === undefined ? MAX_REVOCATIONS : MAX_REVOCATIONS_PER_BRANCH
  if (others.length < most) return
  throw new RevocationError(
    branch === undefined
      ? `${most} are revoked, which is the most: found another swarm, and invite those who stay`
      : `guests have revoked ${most} of those who came this way, which is the most: ask the founder to revoke`,
  )
}

function revokedIn(whom: string, { recipe }: Credential): Revoked {
  if (isPeerId(whom)) return { peer: whom }
  if (isInvitationId(whom)) return { invitation: whom }
  if (!whom.startsWith(INVITATION_PREFIX)) {
    throw new RevocationError(
      `${JSON.stringify(whom.slice(0, 80))} is neither a peer id, such as 12D3KooW…, nor an invitation or its id`,
    )
  }
  const { credential } = parseInvitation(whom)
  if (credential.recipe !== recipe)
    throw new RevocationError('this invitation is to another recipe than the state is of')
  return { invitation: credential.invitations[credential.invitations.length - 1].id }
}

/** @throws MembershipError where the state is of no swarm to which peers are invited, or its peer is no member */
async function inviterOf(state: string): Promise<Inviter> {
  const files = membershipFiles(state)
  const [identity, text] = await Promise.all([files.identity(), files.recipe()])
  if (identity === undefined || text === undefined) {
    const lacking =
      identity === undefined ? 'no identity' : 'no recipe yet: start its peer once, or write one with hearsay init'
    throw new MembershipError(`--state ${state} has ${lacking}; expected the state of a swarm's founder, or of a guest`)
  }
  const recipe = parseRecipe(documentIn(text, state))
  const { membership, founder = '', guestsInvite = false } = recipe.security
  if (membership !== 'invited') {
    throw new MembershipError(
      `nobody is invited to the swarm of --state ${state}: its recipe says ${membership} (security.membership)`,
    )
  }
  const signer = signerOf(identity)
  const founding: Credential = { recipe: recipeHash(recipe), founder, invitations: [] }
  if (signer.peer === founder) return { credential: founding, signer, guestsInvite }
  const pass = await files.pass()
  if (pass === undefined) {
    throw new MembershipError(
      `the peer of --state ${state} is neither the founder, ${founder}, nor has it an invitation yet`,
    )
  }
  return { credential: parseInvitation(pass).credential, signer, guestsInvite }
}

function documentIn(text: string, state: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new StateError(`the recipe in --state ${state} is damaged: it is no JSON`)
  }
}

/** An invitation, as far as it can be read without being used. Nothing here says that its signatures hold. */
export interface InvitationDescription {
  readonly id: string
  /** The hash of the recipe: of the swarm's first generation. */
  readonly recipe: string
  readonly founder: PeerId
  readonly by: PeerId
  /** Null where it is for whoever holds it. */
  readonly for: PeerId | null
  /** In milliseconds since the Unix epoch; null where it never ends. An invitation above it may end before. */
  readonly until: number | null
  /** Invitations from the founder to whom this one is for. */
  readonly depth: number
}

/** @throws InvitationError where the text is none, or not all of one */
export function describeInvitation(text: string): InvitationDescription {
  const { credential } = parseInvitation(text)
  const { recipe, founder, invitations } = credential
  const depth = invitations.length
  const { id, to, isBearer, claim, until = null } = invitations[depth - 1]
  const guest = isBearer ? (claim?.guest ?? null) : to
  return { id, recipe, founder, by: membersOf(credential)[depth - 1], for: guest, until, depth }
}
