/**
 * Carries out what `decide.ts` decides: freezes, fetches and checks proposals, seals, reopens.
 *
 * @packageDocumentation
 */

import type { Sketcher } from '../../averaging/sketch.ts'
import { estimateConsensusDistance } from '../../averaging/sketch.ts'
import { hashParameters } from '../../parameters/hash.ts'
import { distance, norm } from '../../parameters/vectors.ts'
import type { Emit } from '../events.ts'
import type { Phase } from '../membership/announcement.ts'
import { ANNOUNCE_INTERVAL_MS } from '../membership/constants.ts'
import type { Member, Membership } from '../membership/membership.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { SealedAs } from '../state/checkpoint.ts'
import type { Contribution } from '../state/contribution.ts'
import type { Replica } from '../state/replica.ts'
import type { FetchedVector } from '../sync/fetch.ts'
import { MEMBERS_SETTLED_MS, SEAL_PATIENCE_MS } from './constants.ts'
import { nextSealAction, onlyWaits, type SealAction, type SealSelf } from './decide.ts'

export interface SealingOptions {
  readonly self: PeerId
  readonly swarm: string
  /** Relative consensus distance at which averaging may end. */
  readonly target: number
  readonly replica: Replica
  readonly sketcher: Sketcher
  readonly membership: Membership
  readonly clock: Clock
  /** On which the swarm had sealed when this peer was last alive. */
  readonly sealed: { readonly hash: string; readonly as: SealedAs } | undefined
  /** What of this peer's own is in what others hold. */
  readonly contribution: Contribution
  /** Whether local steps are what a peer contributes; else its vector is. */
  readonly trains: boolean
  /** Whether nothing is final yet, see {@link SealSelf.isOpen}; undefined where that is decided by who has proposed. */
  readonly isOpen?: () => boolean
  /** Clock time at which this peer last met somebody new, or began to listen. */
  readonly metAt: () => number
  /** Whether members that say that they train are not waited for any more. */
  readonly overdue: () => boolean
  /** Whether an exchange is under way, or one with a living partner is not settled. */
  readonly unsettled: () => boolean
  /** Whether this peer may propose its own vector. */
  readonly mayPropose: () => boolean
  /** Gets a vector by its hash from one of these peers; undefined where none has it. */
  readonly fetch: (
    hash: string,
    holders: readonly PeerId[],
    options: AbortOptions,
  ) => Promise<FetchedVector | undefined>
  readonly changed: () => void
  /** Hears that the swarm has sealed, as far as this peer is concerned. */
  readonly sealedOn: (hash: string, consensusDistance: number, members: number) => void
  readonly emit: Emit
}

export interface Sealing {
  /** Where this peer stands. */
  phase(): Phase
  /** The wait is over, or others train again: this peer trains from here on. */
  train(): void
  /** Training is over, or there is none. */
  trained(): void
  /** How this peer came to what it has sealed; undefined while it has not. */
  sealedAs(): SealedAs | undefined
  /** Members whose voice counts. */
  voices(): readonly Member[]
  /** Of the parameters now; while sealing, of those that were frozen. */
  sketch(): Float32Array
  choice(): string | undefined
  refuses(): string | undefined
  /** Whether this peer takes part in exchanges. Not while it is about to freeze, or has. */
  averages(): boolean
  /** The vector with this hash, where this peer holds it. */
  find(hash: string): Float32Array | undefined
  /** This peer's estimate of the swarm's consensus distance; null while it knows nobody. */
  estimate(): number | null
  /** Looks at what has been announced, and does what follows. Calls do not overlap. */
  consider(options: AbortOptions): Promise<void>
}

/** A peer that makes the swarm reopen more often than that is outvoted: it may follow, but nobody waits for it. */
const MAX_OBSTRUCTIONS = 3

const NONE: readonly string[] = []
const NOTHING_TO_DO = Promise.resolve()

/** After reopening a peer averages for so long at least, and by then has heard who else reopened. */
const REST_MS = 1.5 * ANNOUNCE_INTERVAL_MS

export function createSealing(options: SealingOptions): Sealing {
  const { self, swarm, target, replica, sketcher, membership, clock, contribution, emit } = options
  let phase: Phase = options.sealed === undefined ? 'waiting' : 'sealed'
  let choice = options.sealed?.hash
  let chosen: Float32Array | undefined = options.sealed === undefined ? undefined : replica.parameters.slice()
  let frozen: { readonly vector: Float32Array; readonly sketch: Float32Array; readonly hash: string } | undefined
  let refuses: string | undefined
  let hasProposed = options.sealed !== undefined
  let closing = false
  let sealedAs: SealedAs | undefined = options.sealed?.as
  let sketched: { version: number; sketch: Float32Array } = { version: -1, sketch: new Float32Array(0) }
  let reopened = Number.NEGATIVE_INFINITY
  let choseAt = Number.POSITIVE_INFINITY
  const obstructions = new Map<PeerId, number>()
  let obtained: ({ readonly hash: string } & FetchedVector) | undefined
  /** Proposals that nobody would hand out just now, and until when they are passed over. */
  const unavailable = new Map<string, number>()

  function sketch(): Float32Array {
    if (frozen !== undefined) return frozen.sketch
    if (sketched.version !== replica.version) {
      sketched = { version: replica.version, sketch: sketcher.sketch(replica.parameters) }
    }
    return sketched.sketch
  }

  function voices(): readonly Member[] {
    const overdue = options.overdue()
    if (obstructions.size === 0 && !overdue) return membership.alive()
    return membership
      .alive()
      .filter(
        ({ peer, announcement }) =>
          (obstructions.get(peer) ?? 0) <= MAX_OBSTRUCTIONS && !(overdue && announcement.phase === 'training'),
      )
  }

  function estimate(): number | null {
    const parts = voices().filter(({ announcement }) => !onlyWaits(announcement))
    const others = parts.map(({ peer, announcement }) => ({ peer, sketch: announcement.sketch }))
    if (others.length === 0) return null
    // In the order of ids, so that peers that have heard the same announcements say the same figure to the last digit.
    const all = [...others, { peer: self, sketch: sketch() }].sort((a, b) => (a.peer < b.peer ? -1 : 1))
    return estimateConsensusDistance(all.map(one => one.sketch))
  }

  function freeze(): NonNullable<typeof frozen> {
    const vector = replica.parameters.slice()
    frozen = { vector, sketch: sketcher.sketch(vector), hash: hashParameters(vector) }
    return frozen
  }

  /** A few that do not choose what all others have chosen cannot hold up the swarm for ever. */
  function losePatience(): void {
    if (phase !== 'sealing' || clock.now() - choseAt < SEAL_PATIENCE_MS) return
    const members = voices()
    const apart = members.filter(({ announcement }) => announcement.choice !== choice)
    if (2 * apart.length > members.length) return
    for (const { peer } of apart) obstructions.set(peer, Number.POSITIVE_INFINITY)
  }

  function choose(vector: Float32Array, hash: string): void {
    hasProposed = true
    phase = 'sealing'
    choice = hash
    chosen = vector
    choseAt = clock.now()
  }

  function reopen(members: readonly Member[]): void {
    for (const { peer, announcement } of members) {
      const refused = refuses !== undefined && announcement.choice === refuses
      if (refused || announcement.refuses === choice) obstructions.set(peer, (obstructions.get(peer) ?? 0) + 1)
    }
    reopened = clock.now()
    phase = 'averaging'
    sealedAs = undefined
    choice = chosen = frozen = undefined
    closing = false
  }

  /** @param adopted whether others had sealed it before this peer had a part in choosing it */
  async function seal(vector: Float32Array, hash: string, adopted: boolean): Promise<void> {
    const consensusDistance = estimate() ?? 0
    const choosers = membership.alive().filter(({ announcement }) => announcement.choice === hash)
    const holders = choosers.map(({ peer }) => peer)
    // What lies within the target distance of its own holds all of its own.
    const leftOut = adopted ? contribution.leftOutOf(holders) : 0
    sealedAs = { members: choosers.length + 1, leftOut, adopted }
    replica.replace(vector)
    // What is in doubt was to be added to a vector that no longer exists; what was decided others may still have to apply.
    replica.ledger.dropDoubts()
    phase = 'sealed'
    choice = hash
    chosen = vector
    await replica.persist()
    options.sealedOn(hash, consensusDistance, sealedAs.members)
  }

  /** A peer freezes only when nothing is under way that would still change its parameters. Until then nothing is begun. */
  function mayFreeze(): boolean {
    closing = true
    return !options.unsettled()
  }

  /** Gets a proposal while averaging goes on, and keeps the last one until it can be weighed. */
  async function obtain(hash: string, holders: readonly PeerId[], abort: AbortOptions): Promise<typeof obtained> {
    if (obtained?.hash === hash) return obtained
    const fetched = await options.fetch(hash, holders, abort)
    if (fetched !== undefined) {
      obtained = { hash, ...fetched }
      return obtained
    }
    unavailable.set(hash, clock.now() + ANNOUNCE_INTERVAL_MS)
    return undefined
  }

  /** Takes a seal in which this peer had no say. @returns whether it did: not while something is under way */
  async function adopt(fetched: FetchedVector, hash: string): Promise<boolean> {
    if (!mayFreeze()) return false
    replica.absorb(fetched.age)
    const own = contribution.ownSteps()
    await seal(fetched.vector, hash, true)
    const leftOut = sealedAs?.leftOut ?? 0
    if (leftOut === 0)
      emit('warning', { message: 'the others had sealed before; this peer takes the sealed parameters' })
    else {
      const share = leftOut === own ? `its ${own} local steps are` : `${leftOut} of its ${own} local steps are`
      emit('warning', {
        message: `more than two thirds of the swarm had sealed; this peer takes the sealed parameters, and ${share} not in them`,
      })
    }
    return true
  }

  /** @returns whether there may be something to do at once */
  async function act(
    action: Exclude<SealAction, { do: 'nothing' }>,
    members: readonly Member[],
    abort: AbortOptions,
  ): Promise<boolean> {
    switch (action.do) {
      case 'propose': {
        if (!options.mayPropose()) {
          closing = false
          return false
        }
        if (!mayFreeze()) return false
        const own = freeze()
        choose(own.vector, own.hash)
        return true
      }
      case 'check': {
        const fetched = await obtain(action.hash, action.holders, abort)
        if (fetched === undefined) {
          closing = false
          return true
        }
        const base = frozen?.vector ?? replica.parameters
        const near = distance(fetched.vector, base) <= target * norm(base)
        if (!near && !action.yields) {
          refuses = action.hash
          closing = false
          return true
        }
        if (!near) return await adopt(fetched, action.hash)
        if (phase === 'sealed') {
          await seal(fetched.vector, action.hash, false)
          return true
        }
        if (frozen === undefined) {
          if (!mayFreeze()) return false
          freeze()
        }
        choose(fetched.vector, action.hash)
        return true
      }
      case 'adopt': {
        const fetched = await obtain(action.hash, action.holders, abort)
        return fetched !== undefined && (await adopt(fetched, action.hash))
      }
      case 'seal':
        await seal(chosen as Float32Array, choice as string, false)
        return true
      case 'reopen':
        if (phase === 'sealed') {
          emit('warning', { message: 'members are too far from what was sealed: averaging goes on' })
        }
        reopen(members)
        return true
    }
  }

  /** As of the moment at which it is looked at: much is asked only where something before it calls for it. */
  const own: SealSelf = {
    get phase() {
      return phase
    },
    // A sketch is a pass over all parameters.
    get sketch() {
      return sketch()
    },
    get choice() {
      return choice
    },
    get refuses() {
      return refuses
    },
    get passes() {
      return unavailable.size === 0 ? NONE : [...unavailable.keys()]
    },
    get contributes() {
      return options.trains ? contribution.ownSteps() > 0 : (options.isOpen?.() ?? hasProposed)
    },
    get isOpen() {
      return options.isOpen?.()
    },
    isIn: holders => options.trains && contribution.leftOutOf(holders) === 0,
    get knowsAll() {
      return clock.now() - options.metAt() >= MEMBERS_SETTLED_MS
    },
    get rested() {
      return clock.now() - reopened >= REST_MS
    },
  }

  let considering: Promise<void> | undefined
  let again = false
  /** Those whose voice counted at the last look. */
  let members: readonly Member[] = []

  function look(): SealAction {
    again = false
    losePatience()
    members = voices()
    if (refuses !== undefined && !members.some(({ announcement }) => announcement.choice === refuses)) {
      refuses = undefined
    }
    for (const [hash, until] of unavailable) if (until <= clock.now()) unavailable.delete(hash)
    const action = nextSealAction(swarm, target, own, members)
    if (action.do === 'nothing') closing = false
    return action
  }

  async function follow(first: SealAction, abort: AbortOptions): Promise<void> {
    let action = first
    while (action.do !== 'nothing') {
      const before = { phase, choice, refuses }
      const more = await act(action, members, abort)
      if (before.phase !== phase || before.choice !== choice || before.refuses !== refuses) options.changed()
      if (!(more || again) || abort.signal.aborted) return
      action = look()
    }
  }

  return {
    phase: () => phase,
    train() {
      if (phase === 'waiting' || phase === 'averaging') phase = 'training'
    },
    trained() {
      if (phase === 'waiting' || phase === 'training') phase = 'averaging'
    },
    sealedAs: () => sealedAs,
    voices,
    sketch,
    choice: () => choice,
    refuses: () => refuses,
    averages: () => !closing && (phase === 'training' || phase === 'averaging'),
    find(hash) {
      if (hash === choice) return chosen
      return hash === frozen?.hash ? frozen.vector : undefined
    },
    estimate,
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
