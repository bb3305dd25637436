/**
 * Teleportation: of many peers only k are active in a round. Each fetches the parameters of one that was active before,
 * takes a step on data of its own, and averages with the other active ones on a graph of k places, so that the averaging is
 * as quick in a large swarm as in one of k.
 *
 * Takezawa and Stich, "Scalable Decentralized Learning with Teleportation" (2025).
 *
 * @packageDocumentation
 */

import { addScaled, requireSameLength, type Vector } from '../parameters/vectors.ts'
import { createRandom } from '../random/random.ts'
import { applyMixing, type MixingMatrix } from './mixing.ts'

/**
 * The k peers with the smallest H(peer, round), the smallest first: the p-th takes place p. Everybody works it out alone, so
 * no server chooses.
 *
 * @param seed the same at all peers
 */
export function activePeers(peers: number, k: number, round: number, seed: number | string): readonly number[] {
  const hashes = Float64Array.from({ length: peers }, (_, peer) => createRandom(`${seed}/${peer}/${round}`).uniform())
  return Array.from(hashes.keys())
    .sort((a, b) => hashes[a] - hashes[b] || a - b)
    .slice(0, k)
}

/** A round of teleportation: who is active, what they fetch, and how they mix. */
export interface TeleportationRound<V extends Vector> {
  /** `[k]`: the vectors of those that were active before, by places. Not changed. */
  readonly held: readonly V[]
  /** `[k]`: the peers that are active now, by places. The one that takes place p fetches from the one that had it. */
  readonly active: readonly number[]
  /** The update that a peer's training adds to the parameters that it has fetched; for a step of SGD, −η g. */
  readonly train: (peer: number, parameters: V) => Vector
  /** `[k, k]`: the mixing of the small graph. */
  readonly W: MixingMatrix
}

/**
 * X ← W (X + updates), on the k places.
 *
 * @returns `[k]`: what the active peers hold at the end
 * @throws LengthMismatchError when there are not as many active peers as places
 */
export function teleportationRound<V extends Vector>({ held, active, train, W }: TeleportationRound<V>): V[] {
  requireSameLength(held, active)
  const trained = held.map((parameters, place) => {
    const own = parameters.slice() as V
    addScaled(own, 1, train(active[place], parameters))
    return own
  })
  return applyMixing(W, trained)
}

/**
 * Messages of a round: one for each link of the small graph in each direction, and one for each peer that fetches: k (d + 1)
 * where the small graph has degree d and nobody keeps its place.
 *
 * @param before `[k]`: the peers that were active before, by places
 */
export function teleportationMessages(before: readonly number[], active: readonly number[], W: MixingMatrix): number {
  return W.neighbours.length + active.filter((peer, place) => peer !== before[place]).length
}
