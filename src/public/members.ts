/**
 * `hearsay/members`: who may be a member of a swarm. Founders, invitations, revocations, and keys that members share; a peer comes with
 * `createPeer({ invitation })`.
 *
 * @example
 * ```ts
 * import { describeInvitation, invite, keepRecipe, prepareFounder } from 'hearsay/members'
 *
 * const state = './founder'
 * const { founder } = await prepareFounder(state)
 * await keepRecipe(state, { security: { membership: 'invited', founder } })
 * const invitation = await invite({ state, until: Date.now() + 7 * 24 * 3_600_000 })
 * console.log(invitation, describeInvitation(invitation).until)
 * ```
 *
 * @packageDocumentation
 */

import { createSwarmKey as createKey, parseSwarmKey } from '../admission/key.ts'

export type { MembershipKind } from '../admission/admission.ts'
export {
  describeInvitation,
  type InvitationDescription,
  invite,
  keepRecipe,
  prepareFounder,
  type Revoked,
  type RevokeOptions,
  revoke,
} from '../library/members.ts'
export type { InviteOptions, PeerMembership } from '../library/peer.ts'

/** A fresh key for a recipe whose membership is `key`, of 256 bits, as a text to give to the members: a secret. */
export const createSwarmKey: () => string = createKey

/** @throws SwarmKeyError where a text is no key that {@link createSwarmKey} made */
export function requireSwarmKey(text: string): void {
  parseSwarmKey(text)
}
