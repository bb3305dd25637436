import type { Sketcher } from '../../averaging/sketch.ts'
import { estimateConsensusDistance } from '../../averaging/sketch.ts'
import { hashParameters } from '../../parameters/hash.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import type { PeerPhase } from '../phase.ts'
import type { PeerId } from '../ports.ts'
import type { Checkpoint, SealedAs } from '../state/checkpoint.ts'
import type { Replica } from '../state/replica.ts'
import type { FetchedVector } from '../sync/fetch.ts'
import { onlyWaits } from './decide.ts'

/** A vector that keeps still, and its hash. */
export interface ChosenVector {
  readonly vector: Float32Array
  readonly hash: string
}

/** The vectors that a peer holds beside its parameters: what it froze, and what it takes for the swarm's. */
export interface Choice {
  /** The hash of what it takes for the swarm's. */
  hash(): string | undefined
  vector(): Float32Array | undefined
  /** The vector that it froze. */
  frozen(): ChosenVector | undefined
  freeze(): ChosenVector
  choose(chosen: ChosenVector): void
  /** Neither frozen nor chosen: averaging goes on. */
  clear(): void
  /** How this peer came to what it has sealed; undefined while it has not. */
  sealedAs(): SealedAs | undefined
  sealAs(as: SealedAs): void
  /** On which the swarm has sealed, as far as this peer knows. */
  sealed(): string | undefined
  /** The vector with this hash, or the parameters as they are; undefined where this peer has none. */
  held(hash: string | undefined): FetchedVector | undefined
  /** A sketch of the parameters now; of what it froze, while it has. */
  sketch(): Float32Array
  /** This peer's estimate of the swarm's consensus distance; null while it knows nobody. */
  estimate(): number | null
  durable(): Pick<Checkpoint, 'sealed' | 'sealedAs'>
}

export interface ChoiceOptions {
  readonly self: PeerId
  readonly phase: PeerPhase
  readonly replica: Replica
  readonly sketcher: Sketcher
  readonly activeMembers: ActiveMembers
  /** On which the swarm had sealed when this peer was last alive. */
  readonly sealed: { readonly hash: string; readonly as: SealedAs } | undefined
}

export function createChoice({ self, phase, replica, sketcher, activeMembers, sealed }: ChoiceOptions): Choice {
  let chosen: ChosenVector | undefined = sealed && { hash: sealed.hash, vector: replica.parameters.slice() }
  let sealedAs = sealed?.as
  let frozen: (ChosenVector & { readonly sketch: Float32Array }) | undefined
  let sketched: { version: number; sketch: Float32Array } = { version: -1, sketch: new Float32Array(0) }

  function find(hash: string): Float32Array | undefined {
    if (hash === chosen?.hash) return chosen.vector
    return hash === frozen?.hash ? frozen.vector : undefined
  }

  function sketch(): Float32Array {
    if (frozen !== undefined) return frozen.sketch
    if (sketched.version !== replica.version) {
      sketched = { version: replica.version, sketch: sketcher.sketch(replica.parameters) }
    }
    return sketched.sketch
  }

  const sealedHash = () => (phase.now() === 'sealed' ? chosen?.hash : undefined)

  return {
    hash: () => chosen?.hash,
    vector: () => chosen?.vector,
    frozen: () => frozen,
    freeze() {
      const vector = replica.parameters.slice()
      frozen = { vector, sketch: sketcher.sketch(vector), hash: hashParameters(vector) }
      return frozen
    },
    choose(vector) {
      chosen = vector
    },
    clear() {
      sealedAs = chosen = frozen = undefined
    },
    sealedAs: () => sealedAs,
    sealAs(as) {
      sealedAs = as
    },
    sealed: sealedHash,
    held(hash) {
      const vector = hash === undefined ? replica.parameters : find(hash)
      return vector && { vector, age: replica.age }
    },
    sketch,
    estimate() {
      const parts = activeMembers.all().filter(({ announcement }) => !onlyWaits(announcement))
      const others = parts.map(({ peer, announcement }) => ({ peer, sketch: announcement.sketch }))
      if (others.length === 0) return null
      // In the order of ids, so that peers that have heard the same announcements say the same figure to the last digit.
      const all = [...others, { peer: self, sketch: sketch() }].sort((a, b) => (a.peer < b.peer ? -1 : 1))
      return estimateConsensusDistance(all.map(one => one.sketch))
    },
    durable: () => ({ sealed: sealedHash(), sealedAs }),
  }
}
