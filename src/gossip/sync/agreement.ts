/**
 * The current state of a swarm while everybody trains: no two peers have the same parameters, but they are near each other, and a peer that
 * announces something else is outvoted. Sketches are random projections that keep distances, so all of this is decided from what everybody
 * has announced anyway.
 *
 * @packageDocumentation
 */

import { meanSquaredDistance } from '../../averaging/consensus.ts'
import { sketchDistance } from '../../averaging/sketch.ts'
import { norm, preciseMeanOf } from '../../parameters/vectors.ts'
import { AGREEMENT_MARGIN } from './constants.ts'

/**
 * How far apart two of a swarm may be that agree: the swarm's own spread, sqrt(Σ ‖x_i − x̄‖² / (n − 1)), which is the
 * numerator of the consensus distance, times {@link AGREEMENT_MARGIN}; and never less than the distance at which it would
 * be sealed. Divided by n − 1 and not by n, it says the same of few peers as of many; two always agree.
 *
 * @param sketches `[peers][buckets]`, at least one
 * @param target the recipe's relative consensus distance
 * @returns as an absolute distance between parameters
 */
export function agreementDistance(sketches: readonly Float32Array[], target: number): number {
  const n = sketches.length
  const spread = n === 1 ? 0 : Math.sqrt((meanSquaredDistance(sketches) * n) / (n - 1))
  return Math.max(AGREEMENT_MARGIN * spread, target * norm(preciseMeanOf(sketches)))
}

/**
 * The largest group of peers of which any two agree; of equally large ones, that which holds together closest. Groups are grown
 * from each peer by the next nearest one, which finds a cluster wherever there is one; n³ steps.
 *
 * @param sketches `[peers][buckets]`, at least one
 * @param target the recipe's relative consensus distance
 * @returns indices; undefined where it is not more than half of them, so that another group may be as large
 */
export function agreeingMajority(sketches: readonly Float32Array[], target: number): readonly number[] | undefined {
  const limit = agreementDistance(sketches, target)
  const distances = sketches.map(a => sketches.map(b => sketchDistance(a, b)))
  let best: readonly number[] = []
  let bestReach = Number.POSITIVE_INFINITY
  for (const row of distances) {
    const nearest = [...row.keys()].sort((a, b) => row[a] - row[b])
    const group: number[] = []
    for (const one of nearest) if (group.every(other => distances[one][other] <= limit)) group.push(one)
    const reach = row[group[group.length - 1]]
    if (group.length < best.length || (group.length === best.length && reach >= bestReach)) continue
    best = group
    bestReach = reach
  }
  return 2 * best.length > sketches.length ? best : undefined
}

/**
 * Whether a vector is what peers say that they have, or had on their way here: it lies within {@link agreementDistance} of at
 * least half of what they announced.
 *
 * @param sketch of the vector
 * @param announced `[announcements][buckets]`, at least one
 */
export function agrees(sketch: Float32Array, announced: readonly Float32Array[], target: number): boolean {
  const limit = agreementDistance(announced, target)
  return 2 * announced.filter(one => sketchDistance(sketch, one) <= limit).length >= announced.length
}
