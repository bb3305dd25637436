/**
 * Looks at what has been announced, and carries out what `decide.ts` says follows from it.
 *
 * @packageDocumentation
 */

import type { ActiveMembers } from '../membership/active-members.ts'
import { announceInterval } from '../membership/announce-interval.ts'
import type { Conduct } from '../membership/conduct.ts'
import type { Member } from '../membership/membership.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import { MEMBERS_SETTLED_INTERVALS, MEMBERS_UNSETTLED_INTERVALS } from './constants.ts'
import { nextSealAction, type SealAction, type SealSelf } from './decide.ts'
import { createDisagreement } from './disagreement.ts'
import { createEndPatience, firstPatience } from './end-patience.ts'
import { type HoldUp, heldUpBy } from './hold-up.ts'
import { createMoves, type Moves, type MovesOptions } from './moves.ts'
import { createProposals, type FetchVector, type Proposals } from './proposals.ts'
import { createReopening, type Reopening } from './reopening.ts'

export interface SealOptions extends Omit<MovesOptions, 'proposals' | 'reopening'> {
  readonly swarm: string
  readonly activeMembers: ActiveMembers
  readonly clock: Clock
  /** Local steps that this peer is to train: they are what it contributes. Where there are none, its vector is. */
  readonly steps: number
  /** Whether nothing is final yet, see {@link SealSelf.isOpen}; undefined where the proposals decide that. */
  readonly isOpen?: () => boolean
  /** Whether an exchange with this member was completed, and nothing speaks against it: its voice counts. */
  readonly knows: (peer: PeerId) => boolean
  readonly conduct: Pick<Conduct, 'isTrusted'>
  readonly peerWatch: {
    /** Clock time at which this peer last met somebody new, or began to listen. */
    metAt(): number
    /** How many had sealed what this peer has, and went. */
    wentSealed(): number
  }
  readonly runTime: {
    /** Whether the swarm still waits for those that have not done their steps. */
    waits(): boolean
    /** For how long it does, in all; undefined while nobody knows how long others need. */
    patience(): number | undefined
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
  const { swarm, target, phase, choice, membership, activeMembers, clock, events } = options
  const proposals = createProposals(clock, options.fetch)
  const { parameters } = options.replica
  const run = () => (options.steps > 0 ? options.runTime.patience() : undefined)
  const first = () => firstPatience(run(), parameters.byteLength)
  const { knows, conduct } = options
  const interval = () => announceInterval(membership.size())
  const endPatience = createEndPatience(clock, first, knows, interval, conduct.isTrusted)
  const reopening = createReopening({ ...options, endPatience, proposals })
  const moves = createMoves({ ...options, proposals, reopening })
  const disagreement = createDisagreement(options)
  const self = viewOf(options, proposals, moves, reopening)
  /** Those that counted at the last look. */
  let members: readonly Member[] = []
  let considering: Promise<void> | undefined
  let again = false

  /** Until those that are slow have had their time, whoever is far may be one of them. */
  function holdUp(): HoldUp | undefined {
    if (options.runTime.waits() && phase.now() === 'averaging' && !reopening.isReopened()) return undefined
    const held = heldUpBy(target, self, activeMembers.all(), activeMembers.overdue())
    // One that had sealed is held up by whoever made it reopen.
    return held ?? (reopening.isReopened() ? { by: [], against: [], forMost: true } : undefined)
  }

  function look(): SealAction {
    again = false
    const givenUp = endPatience.look(holdUp(), membership.alive())
    if (givenUp.length > 0) reopening.giveUp(givenUp)
    members = activeMembers.all()
    disagreement.look(members, membership.alive())
    reopening.review(members)
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
function viewOf(options: SealOptions, proposals: Proposals, moves: Moves, reopening: Reopening): SealSelf {
  const { steps, isOpen, phase, choice, peerWatch, clock } = options
  const { contribution } = options.replica
  const isSettled = createSettling(clock, peerWatch, options.membership)
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
    passes: proposals.passes,
    knows: options.knows,
    reopensFor: reopening.reopensFor,
    get contributes() {
      return steps > 0 ? contribution.ownSteps() > 0 : (isOpen?.() ?? moves.hasProposed())
    },
    get isOpen() {
      return isOpen?.()
    },
    isIn: holders => steps > 0 && contribution.leftOutOf(holders) === 0,
    get knowsAll() {
      return isSettled()
    },
    get rested() {
      return reopening.rested()
    },
    get wentSealed() {
      return peerWatch.wentSealed()
    },
  }
}

/** @returns whether nobody new was met for a while; those who come and come are not waited for for ever */
function createSettling(
  clock: Clock,
  peerWatch: SealOptions['peerWatch'],
  membership: Pick<SealOptions['membership'], 'size'>,
): () => boolean {
  let unsettledSince: number | undefined
  return () => {
    const interval = announceInterval(membership.size())
    if (clock.now() - peerWatch.metAt() >= MEMBERS_SETTLED_INTERVALS * interval) {
      unsettledSince = undefined
      return true
    }
    unsettledSince ??= clock.now()
    return clock.now() - unsettledSince >= MEMBERS_UNSETTLED_INTERVALS * interval
  }
}
