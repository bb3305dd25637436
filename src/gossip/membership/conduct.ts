import { MAX_MEMBERS } from '../constants.ts'
import type { Clock, PeerId } from '../ports.ts'
import { CONDUCT_HALF_LIFE_MS, FORGIVEN_BY_MEETING, LEAST_TRUST, OVERLOOKED_FAULTS } from './constants.ts'

/**
 * What may speak against a member, without that it has broken the protocol:
 *
 * - `far`: what it averaged lay so far away that no honest training beside this peer explains it, or stayed away from most while they came
 *   together;
 * - `clipped`: it lay farther away than is usual, which happens to the honest too;
 * - `false-sketch`: what it sent lay farther away than the sketch that it gave of it;
 * - `wrong-vector`: it gave another vector than the one that was asked for, or a piece of another;
 * - `refused`: it declined an exchange; `slow`: one ran out of time; `broken`: one came to nothing otherwise, or stands in doubt.
 */
export type Fault = 'far' | 'clipped' | 'false-sketch' | 'wrong-vector' | 'refused' | 'slow' | 'broken'

/** How often each was seen of a member, in this life of the peer. */
export type Faults = Readonly<Record<Fault, number>>

/** The record of how each member behaves where it averages. It lowers its weight, its chance to be asked, and its voice; and it is forgiven. */
export interface Conduct {
  /** An exchange was agreed with it whose distance was nothing to speak of. */
  met(peer: PeerId): void
  /** @param times how often it counts, where it was seen once. Default: once */
  fault(peer: PeerId, fault: Fault, times?: number): void
  /** By how much less than its weight it counts, and how much less often than others it is asked: 1, or less, never 0. */
  trust(peer: PeerId): number
  /** Whether its voice counts where others' do. */
  isTrusted(peer: PeerId): boolean
  faults(peer: PeerId): Faults
}

interface Entry {
  readonly counts: Record<Fault, number>
  /** What speaks against it, as of a moment; it fades. */
  score: number
  at: number
}

/** How much each weighs: those by which others are moved, and not those that only cost time, for which `standing.ts` and `lateness.ts` are. */
const WEIGHTS: Faults = { far: 1, clipped: 0, 'false-sketch': 4, 'wrong-vector': 4, refused: 0, slow: 0, broken: 0 }

const NO_FAULTS: Faults = { far: 0, clipped: 0, 'false-sketch': 0, 'wrong-vector': 0, refused: 0, slow: 0, broken: 0 }

export function createConduct(clock: Pick<Clock, 'now'>): Conduct {
  const entries = new Map<PeerId, Entry>()

  function scoreOf({ score, at }: Entry): number {
    return score * 2 ** (-(clock.now() - at) / CONDUCT_HALF_LIFE_MS)
  }

  function change(peer: PeerId, next: (score: number) => number, fault?: Fault): void {
    const known = entries.get(peer)
    // Of most there is nothing to say.
    if (known === undefined && fault === undefined) return
    const entry = known ?? { counts: { ...NO_FAULTS }, score: 0, at: 0 }
    entry.score = next(scoreOf(entry))
    entry.at = clock.now()
    if (fault !== undefined) entry.counts[fault]++
    entries.delete(peer)
    const [longestAgo] = entries.keys()
    if (entries.size >= MAX_MEMBERS) entries.delete(longestAgo)
    entries.set(peer, entry)
  }

  function trust(peer: PeerId): number {
    const entry = entries.get(peer)
    if (entry === undefined) return 1
    return Math.max(LEAST_TRUST, 2 ** -Math.max(0, scoreOf(entry) - OVERLOOKED_FAULTS))
  }

  return {
    met: peer => change(peer, score => FORGIVEN_BY_MEETING * score),
    fault: (peer, fault, times = 1) => change(peer, score => score + times * WEIGHTS[fault], fault),
    trust,
    isTrusted: peer => trust(peer) > 1 / 4,
    faults: peer => entries.get(peer)?.counts ?? NO_FAULTS,
  }
}
