/**
 * With whom there is something to average, when this peer trains no more. Two that hold the same do so until one of them averages with somebody
 * else, and whoever has moved knows it: so it is enough that each asks those that do not hold what it holds. A swarm that agrees is silent;
 * beside one that still trains, it averages as often as that one comes.
 *
 * @packageDocumentation
 */

import { areWithin } from '../../averaging/sketch.ts'
import { UNMOVED_SHARE } from '../membership/constants.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerId } from '../ports.ts'
import type { Contribution } from '../state/contribution.ts'

export interface News {
  /**
   * Those of these with whom an exchange could tell one of the two something, as far as this peer knows. Not those that train: they ask by
   * themselves, when an interval has ended.
   */
  among(peers: readonly PeerId[]): readonly PeerId[]
  /** An exchange with this one begins. */
  meets(peer: PeerId): void
  /** It has ended, and all parameters were averaged. Where that moved nothing, there is no more between the two before one says or does something. */
  met(peer: PeerId): void
}

export interface NewsOptions {
  /** The recipe's relative consensus distance. */
  readonly target: number
  /** Whether averaging goes on where all are near each other already. */
  readonly beyondTarget?: boolean
  readonly choice: {
    /** Of this peer's parameters as they are; the same object as long as they are the same. */
    sketch(): Float32Array
  }
  readonly membership: Pick<Membership, 'alive' | 'get'>
  readonly contribution: Pick<Contribution, 'leftOutOf'>
}

/** Two that were found to hold the same. */
interface Equal {
  /** Of the member's last announcement before. */
  readonly sequence: number
  /** Of the parameters of both. */
  readonly sketch: Float32Array
}

export function createNews({ target, beyondTarget, choice, membership, contribution }: NewsOptions): News {
  /** This peer's own sketch at the beginning of what is under way. */
  const before = new Map<PeerId, Float32Array>()
  const equals = new Map<PeerId, Equal>()

  const isSame = (own: Float32Array, other: Float32Array) => areWithin(UNMOVED_SHARE * target, own, other)

  function isBetween(peer: PeerId, own: Float32Array): boolean {
    const announcement = membership.get(peer)?.announcement
    if (announcement === undefined) return false
    const equal = equals.get(peer)
    const theirs = equal?.sequence === announcement.sequence ? equal.sketch : announcement.sketch
    return !isSame(own, theirs)
  }

  return {
    among(peers) {
      const still = peers.filter(peer => membership.get(peer)?.announcement.phase !== 'training')
      if (still.length === 0) return still
      // Steps so short that no sketch shows them are in no other's parameters either, until somebody has averaged.
      const holders = membership.alive().map(({ peer }) => peer)
      if (beyondTarget || contribution.leftOutOf(holders) > 0) return still
      const own = choice.sketch()
      return still.filter(peer => isBetween(peer, own))
    },
    meets: peer => void before.set(peer, choice.sketch()),
    met(peer) {
      const sketch = before.get(peer)
      before.delete(peer)
      const sequence = membership.get(peer)?.announcement.sequence
      const own = choice.sketch()
      if (sketch === undefined || sequence === undefined || !isSame(own, sketch)) return
      equals.set(peer, { sequence, sketch: own })
    },
  }
}
