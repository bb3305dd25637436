/**
 * The moves by which a swarm ends on one vector, each carried out on this side: freeze, weigh a proposal, take a seal, seal, reopen.
 *
 * @packageDocumentation
 */

import { distance, norm } from '../../parameters/vectors.ts'
import type { Events } from '../events.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import { ANNOUNCE_INTERVAL_MS } from '../membership/constants.ts'
import type { Introductions } from '../membership/introductions.ts'
import type { Member, Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { AbortOptions, Clock } from '../ports.ts'
import type { Engagements } from '../state/engagements.ts'
import type { Replica } from '../state/replica.ts'
import type { FetchedVector } from '../sync/fetch.ts'
import type { Choice, ChosenVector } from './choice.ts'
import { FREEZE_TIMEOUT_MS, SEAL_TIMEOUT_MS } from './constants.ts'
import type { SealAction } from './decide.ts'
import type { Proposals } from './proposals.ts'

export interface MovesOptions {
  /** Relative consensus distance at which averaging may end. */
  readonly target: number
  /** Whether this peer may propose its own vector, beside what the protocol asks for. Default: always. */
  readonly mayPropose?: () => boolean
  readonly phase: PeerPhase
  readonly choice: Choice
  readonly replica: Replica
  readonly membership: Membership
  readonly introductions: Pick<Introductions, 'pending'>
  readonly activeMembers: ActiveMembers
  readonly engagements: Engagements
  readonly settlement: {
    /** Whether something stands open with a living member that may still settle it. */
    waits(): boolean
  }
  readonly clock: Clock
  readonly proposals: Proposals
  readonly events: Events
}

export interface Moves {
  /** Whether this peer's own vector has been among what is chosen from. */
  hasProposed(): boolean
  /** Whether it has averaged for a while since it last reopened. */
  rested(): boolean
  /** Counts out, after a while, a few that do not choose what all others have chosen: they cannot hold up the swarm for ever. */
  discountHoldouts(): void
  /** @returns whether there may be something to do at once */
  act(
    action: Exclude<SealAction, { do: 'nothing' }>,
    members: readonly Member[],
    options: AbortOptions,
  ): Promise<boolean>
}

/** After reopening a peer averages for so long at least, and by then has heard who else reopened. */
const REST_MS = 1.5 * ANNOUNCE_INTERVAL_MS

export function createMoves(options: MovesOptions): Moves {
  const { target, phase, choice, replica, membership, activeMembers, engagements, clock, proposals, events } = options
  const { contribution } = replica
  let hasProposed = choice.hash() !== undefined
  let reopened = Number.NEGATIVE_INFINITY
  let choseAt = Number.POSITIVE_INFINITY

  /** A peer freezes only when nothing is under way that would still change its parameters. Until then nothing is begun. */
  function mayFreeze(): boolean {
    phase.close()
    // An exchange that is cut is a shorter exchange; the seal does not wait for slow peers.
    if (engagements.active() > 0 && phase.closedFor() > FREEZE_TIMEOUT_MS) engagements.abandonAll()
    return engagements.active() === 0 && !options.settlement.waits()
  }

  function choose(chosen: ChosenVector): void {
    hasProposed = true
    phase.freeze()
    choice.choose(chosen)
    choseAt = clock.now()
  }

  /** @param adopted whether others had sealed it before this peer had a part in choosing it */
  async function seal({ vector, hash }: ChosenVector, adopted: boolean): Promise<void> {
    const consensusDistance = choice.estimate() ?? 0
    const choosers = membership.alive().filter(({ announcement }) => announcement.choice === hash)
    const holders = choosers.map(({ peer }) => peer)
    // A vector within the target distance of this peer's own holds all of its own.
    const leftOut = adopted ? contribution.leftOutOf(holders) : 0
    const members = choosers.length + 1
    choice.sealAs({ members, leftOut, adopted })
    replica.replace(vector)
    // Differences in doubt were to be added to a vector that no longer exists; decided ones others may still have to apply.
    replica.ledger.dropDoubts()
    phase.seal()
    choice.choose({ vector, hash })
    await replica.persist()
    events.emit('consensus', {
      consensusDistance,
      parametersHash: hash,
      members,
      exchanges: contribution.exchanges(),
    })
  }

  /** Takes a seal in which this peer had no say. @returns whether it did: not while something is under way */
  async function adopt({ vector, age }: FetchedVector, hash: string): Promise<boolean> {
    if (!mayFreeze()) return false
    replica.absorb(age)
    const own = contribution.ownSteps()
    await seal({ vector, hash }, true)
    events.emit('warning', { message: describeAdoption(own, choice.sealedAs()?.leftOut ?? 0) })
    return true
  }

  function propose(): boolean {
    if (options.introductions.pending() || options.mayPropose?.() === false) {
      phase.open()
      return false
    }
    if (!mayFreeze()) return false
    choose(choice.freeze())
    return true
  }

  async function check(
    { hash, holders, yields }: Extract<SealAction, { do: 'check' }>,
    abort: AbortOptions,
  ): Promise<boolean> {
    const fetched = await proposals.obtain(hash, holders, abort)
    if (fetched === undefined) {
      phase.open()
      return true
    }
    const base = choice.frozen()?.vector ?? replica.parameters
    const isNear = distance(fetched.vector, base) <= target * norm(base)
    if (!isNear && !yields) {
      proposals.refuse(hash)
      phase.open()
      return true
    }
    if (!isNear) return await adopt(fetched, hash)
    const { vector } = fetched
    if (phase.now() === 'sealed') {
      await seal({ vector, hash }, false)
      return true
    }
    if (choice.frozen() === undefined) {
      if (!mayFreeze()) return false
      choice.freeze()
    }
    choose({ vector, hash })
    return true
  }

  function reopen(members: readonly Member[]): void {
    const refused = proposals.refused()
    for (const { peer, announcement } of members) {
      const isRefused = refused !== undefined && announcement.choice === refused
      if (isRefused || announcement.refuses === choice.hash()) activeMembers.obstructed(peer)
    }
    reopened = clock.now()
    phase.reopen()
    choice.clear()
  }

  return {
    hasProposed: () => hasProposed,
    rested: () => clock.now() - reopened >= REST_MS,

    discountHoldouts() {
      if (phase.now() !== 'sealing' || clock.now() - choseAt < SEAL_TIMEOUT_MS) return
      const members = activeMembers.all()
      const apart = members.filter(({ announcement }) => announcement.choice !== choice.hash())
      if (2 * apart.length > members.length) return
      for (const { peer } of apart) activeMembers.discount(peer)
    },

    async act(action, members, abort) {
      switch (action.do) {
        case 'propose':
          return propose()
        case 'check':
          return await check(action, abort)
        case 'adopt': {
          const fetched = await proposals.obtain(action.hash, action.holders, abort)
          return fetched !== undefined && (await adopt(fetched, action.hash))
        }
        case 'seal':
          await seal({ vector: choice.vector() as Float32Array, hash: choice.hash() as string }, false)
          return true
        case 'reopen':
          if (phase.now() === 'sealed') {
            events.emit('warning', { message: 'members are too far from what was sealed: averaging goes on' })
          }
          reopen(members)
          return true
      }
    },
  }
}

/** @param leftOut of the peer's own local steps, those that are not in what it took */
function describeAdoption(own: number, leftOut: number): string {
  if (leftOut === 0) return 'the others had sealed before; this peer takes the sealed parameters'
  const share = leftOut === own ? `its ${own} local steps are` : `${leftOut} of its ${own} local steps are`
  return `more than two thirds of the swarm had sealed; this peer takes the sealed parameters, and ${share} not in them`
}
