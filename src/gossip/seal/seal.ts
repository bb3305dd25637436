/**
 * Looks at what has been announced, and carries out what `decide.ts` says follows from it.
 *
 * @packageDocumentation
 */

import type { Member } from '../membership/membership.ts'
import type { AbortOptions } from '../ports.ts'
import { MEMBERS_SETTLED_MS } from './constants.ts'
import { nextSealAction, type SealAction, type SealSelf } from './decide.ts'
import { createMoves, type Moves, type MovesOptions } from './moves.ts'
import { createProposals, type FetchVector, type Proposals } from './proposals.ts'

export interface SealOptions extends Omit<MovesOptions, 'proposals'> {
  readonly swarm: string
  /** Local steps that this peer is to train: they are what it contributes. Where there are none, its vector is. */
  readonly steps: number
  /** Whether nothing is final yet, see {@link SealSelf.isOpen}; undefined where the proposals decide that. */
  readonly isOpen?: () => boolean
  readonly peerWatch: {
    /** Clock time at which this peer last met somebody new, or began to listen. */
    metAt(): number
  }
  readonly fetch: FetchVector
}

export interface Seal {
  /** The hash of a proposal that this peer refuses. */
  refuses(): string | undefined
  /** Looks at what has been announced, and does what follows. Calls do not overlap. */
  consider(options: AbortOptions): Promise<void>
}

const NOTHING_TO_DO = Promise.resolve()

export function createSeal(options: SealOptions): Seal {
  const { swarm, target, phase, choice, activeMembers, clock, events } = options
  const proposals = createProposals(clock, options.fetch)
  const moves = createMoves({ ...options, proposals })
  const self = viewOf(options, proposals, moves)
  /** Those that counted at the last look. */
  let members: readonly Member[] = []
  let considering: Promise<void> | undefined
  let again = false

  function look(): SealAction {
    again = false
    moves.discountHoldouts()
    members = activeMembers.all()
    proposals.review(hash => members.some(({ announcement }) => announcement.choice === hash))
    const action = nextSealAction(swarm, target, self, members)
    if (action.do === 'nothing') phase.open()
    return action
  }

  const stand = () => [phase.now(), choice.hash(), proposals.refused()].join()

  async function follow(first: SealAction, abort: AbortOptions): Promise<void> {
    let action = first
    while (action.do !== 'nothing') {
      const before = stand()
      const more = await moves.act(action, members, abort)
      if (stand() !== before) events.emit('changed', {})
      if (!(more || again) || abort.signal.aborted) return
      action = look()
    }
  }

  return {
    refuses: proposals.refused,
    consider(abort) {
      again = true
      if (considering !== undefined) return considering
      const action = look()
      // Almost always nothing follows from what was heard, and then there is nothing to wait for.
      if (action.do === 'nothing') return NOTHING_TO_DO
      considering = follow(action, abort).finally(() => {
        considering = undefined
      })
      return considering
    },
  }
}

/** The facts about this peer, as of the moment at which each is read. */
function viewOf(options: SealOptions, proposals: Proposals, moves: Moves): SealSelf {
  const { steps, isOpen, phase, choice, peerWatch, clock } = options
  const { contribution } = options.replica
  // Getters, because a sketch costs a pass over all parameters and most decisions never read it.
  return {
    get phase() {
      return phase.now()
    },
    get sketch() {
      return choice.sketch()
    },
    get choice() {
      return choice.hash()
    },
    get refuses() {
      return proposals.refused()
    },
    get passes() {
      return proposals.unavailable()
    },
    get contributes() {
      return steps > 0 ? contribution.ownSteps() > 0 : (isOpen?.() ?? moves.hasProposed())
    },
    get isOpen() {
      return isOpen?.()
    },
    isIn: holders => steps > 0 && contribution.leftOutOf(holders) === 0,
    get knowsAll() {
      return clock.now() - peerWatch.metAt() >= MEMBERS_SETTLED_MS
    },
    get rested() {
      return moves.rested()
    },
  }
}
