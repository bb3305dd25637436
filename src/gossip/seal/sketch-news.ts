/**
 * Whether there is something new in this peer's sketch. The end of a swarm waits for sketches that are near one another, and averaging moves
 * them many times a second: worth telling is where a peer comes to rest.
 *
 * @packageDocumentation
 */

import { areWithin } from '../../averaging/sketch.ts'
import { announceInterval, newsGap } from '../membership/announce-interval.ts'
import { ANNOUNCE_GAP_MS, UNMOVED_SHARE } from '../membership/constants.ts'
import type { Membership } from '../membership/membership.ts'
import type { Clock } from '../ports.ts'
import type { Choice } from './choice.ts'
import { MISTAKEN_SHARE, RESTING_EXCHANGES } from './constants.ts'

export interface SketchNews {
  /** Whether what was told of it last is not what it is now, by more than matters to anybody. */
  differs(): boolean
  /** Whether it is any other at all. */
  isAnother(): boolean
  /** It is told, as it is now. */
  told(): void
  /**
   * An exchange has ended.
   *
   * @returns whether some in a row have hardly moved the parameters, which are not where others take them to be; only once in a while, or
   *   a swarm with a straggler would hear of nothing else
   */
  rests(): boolean
}

export interface SketchNewsOptions {
  /** The recipe's relative consensus distance. */
  readonly target: number
  readonly clock: Clock
  readonly membership: Pick<Membership, 'size'>
  readonly choice: Pick<Choice, 'sketch'>
}

export function createSketchNews({ target, clock, membership, choice }: SketchNewsOptions): SketchNews {
  let told: Float32Array | undefined
  let before: Float32Array | undefined
  /** Exchanges in a row that hardly moved it. */
  let still = 0
  let rested = Number.NEGATIVE_INFINITY

  function isWithin(share: number, one: Float32Array | undefined, now: Float32Array): boolean {
    return one !== undefined && areWithin(share * target, now, one)
  }

  return {
    differs: () => !isWithin(UNMOVED_SHARE, told, choice.sketch()),
    isAnother: () => told !== choice.sketch(),
    told() {
      told = choice.sketch()
    },
    rests() {
      // Where few are there all news is told as soon as that.
      if (newsGap(membership.size()) <= ANNOUNCE_GAP_MS) return false
      if (clock.now() - rested < announceInterval(membership.size())) return false
      const now = choice.sketch()
      still = isWithin(UNMOVED_SHARE, before, now) ? still + 1 : 0
      before = now
      if (still < RESTING_EXCHANGES || isWithin(MISTAKEN_SHARE, told, now)) return false
      rested = clock.now()
      return true
    },
  }
}
