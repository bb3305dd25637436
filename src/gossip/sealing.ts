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
import { ALONE_GRACE_MS, ANNOUNCE_INTERVAL_MS } from './constants.ts'
import type { Emit } from './events.ts'
import type { FetchedVector } from './fetch.ts'
import type { Member, Membership } from './membership.ts'
import type { AbortOptions, Clock, PeerId } from './ports.ts'
import type { Replica } from './replica.ts'
import { nextSealAction, type SealAction } from './seal.ts'

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
const MAX_REFUSALS = 3

export function createSealing(options: SealingOptions): Sealing {
  const { self, swarm, target, replica, sketcher, membership, clock, emit } = options
  const born = clock.now()
  let phase: Phase = options.sealed === undefined ? 'training' : 'sealed'
  let choice = options.sealed
  let chosen: Float32Array | undefined = options.sealed === undefined ? undefined : replica.parameters.slice()
  let frozen: { readonly vector: Float32Array; readonly sketch: Float32Array; readonly hash: string } | undefined
  let refuses: string | undefined
  let hasProposed = options.sealed !== undefined
  let closing = false
  let metSomebody = false
  let sketched: { version: number; sketch: Float32Array } = { version: -1, sketch: new Float32Array(0) }
  const refusals = new Map<PeerId, number>()
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
    membership.alive().filter(({ peer }) => (refusals.get(peer) ?? 0) <= MAX_REFUSALS)

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

  function reopen(members: readonly Member[]): void {
    for (const { peer, announcement } of members) {
      if (announcement.refuses === choice) refusals.set(peer, (refusals.get(peer) ?? 0) + 1)
    }
    phase = 'averaging'
    choice = chosen = frozen = undefined
    closing = false
  }

  async function seal(vector: Float32Array, hash: string): Promise<void> {
    const consensusDistance = estimate() ?? 0
    replica.replace(vector)
    // Whatever stands open is about vectors that no longer exist.
    replica.ledger.clear()
    phase = 'sealed'
    choice = hash
    chosen = vector
    await replica.persist()
    emit('consensus', { consensusDistance, parametersHash: hash })
  }

  /** @returns whether there may be something to do at once */
  async function act(action: SealAction, members: readonly Member[], abort: AbortOptions): Promise<boolean> {
    // A peer freezes only when nothing is under way that would still change its parameters.
    if ((action.do === 'propose' || action.do === 'check') && frozen === undefined && phase === 'averaging') {
      closing = true
      if (options.unsettled()) return false
    }
    switch (action.do) {
      case 'nothing':
        closing = false
        return false
      case 'propose': {
        const own = freeze()
        hasProposed = true
        phase = 'sealing'
        choice = own.hash
        chosen = own.vector
        return true
      }
      case 'check': {
        const fetched = await options.fetch(action.hash, action.holders, abort)
        if (fetched === undefined) {
          unavailable.set(action.hash, clock.now() + ANNOUNCE_INTERVAL_MS)
          closing = false
          return false
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
        if (frozen === undefined) freeze()
        hasProposed = true
        phase = 'sealing'
        choice = action.hash
        chosen = fetched.vector
        return true
      }
      case 'adopt': {
        const fetched = await options.fetch(action.hash, action.holders, abort)
        if (fetched === undefined) return false
        replica.age = Math.max(replica.age, fetched.age)
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

  let considering: Promise<void> | undefined
  let again = false

  async function considerUntilQuiet(abort: AbortOptions): Promise<void> {
    do {
      again = false
      const members = voices()
      metSomebody ||= members.length > 0
      if (refuses !== undefined && !members.some(({ announcement }) => announcement.choice === refuses)) {
        refuses = undefined
      }
      const before = `${phase}/${choice}/${refuses}`
      const mayBeAlone = metSomebody || clock.now() - born >= ALONE_GRACE_MS
      const passes = [...unavailable.keys()].filter(hash => (unavailable.get(hash) as number) > clock.now())
      const own = { phase, sketch: sketch(), choice, refuses, passes, hasProposed, mayBeAlone }
      const more = await act(nextSealAction(swarm, target, own, members), members, abort)
      if (before !== `${phase}/${choice}/${refuses}`) options.changed()
      again ||= more
    } while (again && !abort.signal.aborted)
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
      considering ??= considerUntilQuiet(abort).finally(() => {
        considering = undefined
      })
      return considering
    },
  }
}
