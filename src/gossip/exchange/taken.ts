/**
 * How much of the difference each of two takes, once both have said what decides that.
 *
 * @packageDocumentation
 */

import type { LiveForm } from '../../averaging/live-form.ts'
import type { Range } from '../../parameters/range.ts'
import { ProtocolViolationError, RefusedError } from '../errors.ts'
import type { Engagement, Engagements } from '../state/engagements.ts'
import type { Message } from '../streams/messages.ts'
import type { Clipping, Reach } from './clipping.ts'
import type { MoveBound } from './merge-bounds.ts'
import { decodeReach, encodeReach } from './reach-message.ts'
import type { Terms } from './terms.ts'

export interface TakenOptions {
  readonly engagements: Pick<Engagements, 'shareLeft'>
  /**
   * n, how much this peer's parameters count, at least 1. Each of two peers takes w · min(1, n_other / n_own) of the difference, so that
   * Σ n x stays: Metropolis and Hastings, for a chain whose stationary distribution is n.
   */
  readonly voice: number
  /** The rule's own account of how much of the difference this peer takes, by both ages; as `averaging/live-form.ts` says. */
  readonly share?: LiveForm['share']
  /** Undefined where merges are not clipped. */
  readonly clipping?: Pick<Clipping, 'reach' | 'agree'>
}

/** How far one side lets itself be moved, as messages carry it. */
type ReachWord = Extract<Message, { type: 'propose' }>['reach']

/** The side of this peer, in an exchange that is being agreed. */
export interface OwnSide {
  /** As it is told; undefined where merges are not clipped. */
  readonly reach: ReachWord
  /**
   * How much this peer takes, and how far that may move it. The engagement has the agreed weight by then.
   *
   * @throws RefusedError where its other exchanges leave nothing, ProtocolViolationError for a reach that no peer of this swarm says
   */
  take(theirs: { readonly age: number; readonly voice: number; readonly reach?: ReachWord }): {
    readonly weight: number
    readonly move?: MoveBound
  }
}

/** @returns makes this peer's side: of these elements, with parameters of an age that it says, so that both reckon with the same two */
export type Taking = (engagement: Engagement, terms: Terms, part: Range, age: number) => OwnSide

export function createTaking({ engagements, voice, share, clipping }: TakenOptions): Taking {
  /** Before it is clipped. */
  function unclipped(engagement: Engagement, age: number, theirs: { age: number; voice: number }): number {
    // A peer takes less from one that counts less.
    if (share === undefined) return engagement.weight * Math.min(1, theirs.voice / voice)
    const left = engagements.shareLeft()
    if (left <= 0) throw new RefusedError('busy')
    engagement.share = Math.min(share(age, theirs.age), left)
    return engagement.share
  }

  function clippedBy(partner: string, part: Range, own: Reach, said: ReachWord) {
    if (said === undefined) throw new ProtocolViolationError('said no sketch of its parameters, against the recipe')
    return (clipping as NonNullable<typeof clipping>).agree(partner, part, own, decodeReach(said))
  }

  return (engagement, terms, part, age) => {
    const { partner } = engagement
    const own = clipping?.reach(partner, engagement.weight, terms.sketch(part))
    return {
      reach: own && encodeReach(own),
      take(theirs) {
        if (own === undefined && theirs.reach !== undefined) {
          throw new ProtocolViolationError('said a sketch of its parameters, against the recipe')
        }
        const clipped = own && clippedBy(partner, part, own, theirs.reach)
        const weight = unclipped(engagement, age, theirs)
        if (clipped === undefined) return { weight }
        engagement.weight *= clipped.share
        engagement.share *= clipped.share
        return { weight: clipped.share * weight, move: { squares: weight ** 2 * clipped.squaredDistance } }
      },
    }
  }
}
