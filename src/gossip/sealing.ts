/**
 * Carries out what `seal.ts` decides: freezes, fetches and checks proposals, seals, reopens.
 *
 * @packageDocumentation
 */

import type { Sketcher } from '../averaging/sketch.ts'
import { estimateConsensusDistance } from '../averaging/sketch.ts'
import { hashParameters } from '../parameters/hash.ts'
import { distance, norm } from '../parameters/vectors.ts'
import type { Phase } from './announcement.ts'
import { ALONE_GRACE_MS, ANNOUNCE_INTERVAL_MS, RETURN_GRACE_MS, SEAL_PATIENCE_MS } from './constants.ts'
import type { Emit } from './events.ts'
import type { FetchedVector } from './fetch.ts'
import type { Member, Membership } from './membership.ts'
import type { AbortOptions, Clock, PeerId } from './ports.ts'
import type { Replica } from './replica.ts'
import { nextSealAction, type SealAction, type SealSelf } from './seal.ts'

export interface SealingOptions {
  readonly self: PeerId
  readonly swarm: string
  /** Relative consensus distance at which averaging may end. */
  readonly target: number
  readonly replica: Replica
  readonly sketcher: Sketcher
  readonly membership: Membership
  readonly clock: Clock
  /** The hash on which the swarm had sealed when this peer was last alive. */
  readonly sealed: string | undefined
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
  readonly emit: Emit
}

export interface Sealing {
  /** Where this peer stands. */
  phase(): Phase
  /** Training is over. */
  trained(): void
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
  const { self, swarm, target, replica, sketcher, membership, clock, emit } = options
  let phase: Phase = options.sealed === undefined ? 'training' : 'sealed'
  let choice = options.sealed
  let chosen: Float32Array | undefined = options.sealed === undefined ? undefined : replica.parameters.slice()
  let frozen: { readonly vector: Float32Array; readonly sketch: Float32Array; readonly hash: string } | undefined
  let refuses: string | undefined
  let hasProposed = options.sealed !== undefined
  let closing = false
  /** When this peer last had company, or began to look for it: not before it looks around, which may be long after it was made. */
  let company: number | undefined
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

  const voices = (): readonly Member[] =>
    obstructions.size === 0
      ? membership.alive()
      : membership.alive().filter(({ peer }) => (obstructions.get(peer) ?? 0) <= MAX_OBSTRUCTIONS)

  function estimate(): number | null {
    const others = voices().map(({ peer, announcement }) => ({ peer, sketch: announcement.sketch }))
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
    choice = chosen = frozen = undefined
    closing = false
  }

  async function seal(vector: Float32Array, hash: string): Promise<void> {
    const consensusDistance = estimate() ?? 0
    replica.replace(vector)
    // What is in doubt was to be added to a vector that no longer exists; what was decided others may still have to apply.
    replica.ledger.dropDoubts()
    phase = 'sealed'
    choice = hash
    chosen = vector
    await replica.persist()
    emit('consensus', { consensusDistance, parametersHash: hash })
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
        if (distance(fetched.vector, base) > target * norm(base)) {
          refuses = action.hash
          closing = false
          return true
        }
        if (phase === 'sealed') {
          await seal(fetched.vector, action.hash)
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
        if (fetched === undefined || !mayFreeze()) return false
        replica.absorb(fetched.age)
        emit('warning', { message: 'the swarm had sealed before this peer came; it takes the sealed parameters' })
        await seal(fetched.vector, action.hash)
        return true
      }
      case 'seal':
        await seal(chosen as Float32Array, choice as string)
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
    get hasProposed() {
      return hasProposed
    },
    get rested() {
      return clock.now() - reopened >= REST_MS
    },
    get mayBeAlone() {
      // Silence may be this peer's own: a suspended machine, a network that fell apart. Those who vanished may come back.
      const patience = membership.vanished().length > 0 ? RETURN_GRACE_MS : ALONE_GRACE_MS
      return company !== undefined && clock.now() - company >= patience
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
    if (members.length > 0 || company === undefined) company = clock.now()
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
    trained() {
      if (phase === 'training') phase = 'averaging'
    },
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
