import { endOf } from '../admission/credential.ts'
import { mayInvite } from '../admission/invitation.ts'
import type { AbortOptions, Clock, PeerId } from '../gossip/ports.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { inviteTo } from './members.ts'
import { type Membership, MembershipError } from './membership.ts'
import type { Peer, PeerMembership } from './peer.ts'
import { watchRevocations } from './watch-revocations.ts'

export interface PeerMembershipParts {
  readonly id: PeerId
  readonly recipe: Recipe
  readonly membership: Membership
  readonly clock: Clock
  readonly warn: (message: string) => void
}

/** What a live peer is to its swarm, and may do for others. */
export interface LiveMembership extends Pick<Peer, 'membership' | 'invite'> {
  /** Takes up what is revoked, and warns where that is this peer, until the signal is aborted. */
  watch(options: AbortOptions): Promise<void>
}

export function createPeerMembership({ id, recipe, membership, clock, warn }: PeerMembershipParts): LiveMembership {
  const { membership: kind, founder } = recipe.security
  const { admission, inviter, files } = membership

  function describe(): PeerMembership {
    const end = inviter === undefined ? Number.POSITIVE_INFINITY : endOf(inviter.credential)
    return {
      kind,
      isFounder: id === founder,
      mayInvite: inviter !== undefined && mayInvite(inviter),
      until: end === Number.POSITIVE_INFINITY ? undefined : end,
    }
  }

  return {
    membership: describe(),

    async invite(options = {}) {
      if (inviter !== undefined) return await inviteTo(inviter, options)
      throw new MembershipError(
        kind === 'invited'
          ? 'this peer has no invitation itself, and can invite nobody'
          : `nobody is invited to this swarm: its recipe says ${kind} (security.membership)`,
      )
    },

    async watch({ signal }) {
      if (inviter === undefined) return
      let told: string | undefined
      const end = admission.onChange(() => {
        const reason = admission.lapsed(id)
        if (reason !== undefined && reason !== told) warn(`this peer ${reason}: it is no member any more`)
        told = reason
      })
      signal.addEventListener('abort', end, { once: true })
      if (files !== undefined) await watchRevocations({ admission, files, clock, warn }, { signal })
    },
  }
}
