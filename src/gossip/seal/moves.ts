/**
 * The moves by which a swarm ends on one vector, each carried out on this side: freeze, weigh a proposal, take a seal, seal, reopen.
 *
 * @packageDocumentation
 */

import { distance, norm } from '../../parameters/vectors.ts'
import type { Events } from '../events.ts'
import { magnitude } from '../magnitude.ts'
import type { Introductions } from '../membership/introductions.ts'
import type { Member, Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { AbortOptions, PeerId } from '../ports.ts'
import type { Engagements } from '../state/engagements.ts'
import type { Replica } from '../state/replica.ts'
import type { FetchedVector } from '../sync/fetch.ts'
import type { Choice, ChosenVector } from './choice.ts'
import { EXPLAINED_SPREADS, FREEZE_TIMEOUT_MS } from './constants.ts'
import type { SealAction } from './decide.ts'
import type { Proposals } from './proposals.ts'
import type { Reopening } from './reopening.ts'

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
  readonly engagements: Engagements
  readonly settlement: {
    /** Whether something stands open with a living member that may still settle it. */
    waits(): boolean
  }
  readonly proposals: Proposals
  readonly reopening: Reopening
  readonly events: Events
}

export interface Moves {
  /** Whether this peer's own vector has been among what is chosen from. */
  hasProposed(): boolean
  /** @returns whether there may be something to do at once */
  act(
    action: Exclude<SealAction, { do: 'nothing' }>,
    members: readonly Member[],
    options: AbortOptions,
  ): Promise<boolean>
}

export function createMoves(options: MovesOptions): Moves {
  const { target, phase, choice, replica, membership, engagements, proposals, reopening, events } = options
  const { contribution } = replica
  let hasProposed = choice.hash() !== undefined
  /** Seals that this peer has said that it does not take. */
  const keptFrom = new Set<string>()

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
    reopening.sealed()
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
  async function adopt({ vector, age }: FetchedVector, hash: string, holders: readonly PeerId[]): Promise<boolean> {
    if (!mayFreeze()) return false
    replica.absorb(age)
    const own = contribution.ownSteps()
    await seal({ vector, hash }, true)
    events.emit('warning', { message: describeAdoption(own, choice.sealedAs()?.leftOut ?? 0, holders) })
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
    const away = distance(fetched.vector, base)
    const isNear = away <= target * norm(base)
    const isExplained = away <= EXPLAINED_SPREADS * contribution.spread()
    if (!isNear && !(yields && isExplained)) {
      if (yields) tellKept(hash, holders, away)
      proposals.refuse(hash, holders)
      phase.open()
      return true
    }
    proposals.accept(hash, holders)
    if (!isNear || phase.now() === 'training') return await adopt(fetched, hash, holders)
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

  /** Once for each seal: this peer would give up its own for it, if that were not so far away. */
  function tellKept(hash: string, holders: readonly PeerId[], away: number): void {
    if (keptFrom.has(hash)) return
    keptFrom.add(hash)
    events.emit('warning', { message: describeKept(holders.length, away, contribution.spread()) })
  }

  return {
    hasProposed: () => hasProposed,

    async act(action, members, abort) {
      switch (action.do) {
        case 'propose':
          return propose()
        case 'check':
          return await check(action, abort)
        case 'adopt': {
          const fetched = await proposals.obtain(action.hash, action.holders, abort)
          return fetched !== undefined && (await adopt(fetched, action.hash, action.holders))
        }
        case 'seal':
          await seal({ vector: choice.vector() as Float32Array, hash: choice.hash() as string }, false)
          return true
        case 'reopen':
          reopening.reopen(members)
          return true
      }
    },
  }
}

/** @param leftOut of the peer's own local steps, those that are not in what it took */
function describeAdoption(own: number, leftOut: number, { length: holders }: readonly PeerId[]): string {
  if (leftOut > 0) {
    const share = leftOut === own ? `its ${own} local steps are` : `${leftOut} of its ${own} local steps are`
    return `more than two thirds of the swarm had sealed; this peer takes the sealed parameters, and ${share} not in them`
  }
  const checked = own === 0 && holders === 1 ? ', which come from one member, checked by nobody' : ''
  return `the others had sealed before; this peer takes the sealed parameters${checked}`
}

function describeKept(holders: number, away: number, spread: number): string {
  return (
    `${holders === 1 ? 'one member has' : `${holders} members have`} sealed parameters at a distance of ${magnitude(away)} from this peer's; ` +
    `the swarm was within ${magnitude(spread)} of it when it averaged last, which does not explain that: it keeps its own, and they are not in that seal`
  )
}
