/**
 * Merges that nobody can make too large. Where two are farther apart than the radius τ of one of them, both merge with less weight:
 *
 *     w λ,     λ = min(1, min(τ_A, τ_B) / d),     d = ‖x_A − x_B‖.
 *
 * That is the clipping of ClippedGossip (He, Karimireddy and Jaggi 2022, "Byzantine-Robust Decentralized Learning via ClippedGossip"), by
 * both sides at once: what one adds is exactly what the other loses, so the mean stays where it is whoever is clipped. A partner that lies
 * moves a peer by w τ at most.
 *
 * Deployed peers and the matrix engine use these.
 *
 * @packageDocumentation
 */

import { lowerMedianOf } from './medians.ts'
import { sketchDistance } from './sketch.ts'

/**
 * τ is so many times the usual distance: see docs/decisions/017 for how far apart honest peers are, and for what one that lies can do with
 * less and with more.
 */
export const RADIUS_MARGIN = 2

/** In the first intervals distances grow from nothing, and from one meeting with a partner to the next. */
export const EARLY_MARGIN = 3
export const EARLY_INTERVALS = 10

/** Whatever is so many times as far away as is usual was not trained as others train. */
export const FARTHEST_MARGIN = 4

/**
 * λ, by how much less than its weight a difference counts.
 *
 * @param radius the smaller one of both sides'; infinite where neither clips
 */
export function clippedShare(radius: number, distance: number): number {
  return distance > radius ? radius / distance : 1
}

/** Of fewer partners than these the median is what one of them says. */
export const FEWEST_MET = 3

/**
 * The distance that is usual: the median of what each partner's was when it was last seen. Fewer than half that lie move it no further than the
 * honest among them. Of few partners, what this peer's own training has moved it by, if that is more: nobody but itself says that.
 *
 * @param distances one for each partner, however often it was met; perhaps none
 * @param movement the length of what the last interval of training added; 0 where nothing is trained
 * @returns 0 where there is nothing to go by
 */
export function usualDistance(distances: readonly number[], movement: number): number {
  if (distances.length >= FEWEST_MET) return lowerMedianOf(distances)
  return Math.max(...(distances.length === 0 ? [] : [lowerMedianOf(distances)]), movement)
}

/**
 * How far another has moved in the direction of this peer since the two were at `own` and `theirs`. Whoever took its half of a merge, and was
 * not drawn back, has come as far as the merge has moved this peer. Vectors may be sketches.
 *
 * @param now where the other is
 * @returns below 0 where it has moved away
 */
export function approach(own: Float32Array, theirs: Float32Array, now: Float32Array): number {
  const before = sketchDistance(own, theirs)
  if (before === 0) return 0
  let along = 0
  for (let i = 0; i < own.length; i++) along += (now[i] - theirs[i]) * (own[i] - theirs[i])
  return along / before
}

/**
 * τ by what is usual; infinite where nothing is known of that.
 *
 * @param intervals of training that the parameters have absorbed
 */
export function radiusFor(usual: number, intervals: number): number {
  if (usual === 0) return Number.POSITIVE_INFINITY
  return (intervals < EARLY_INTERVALS ? EARLY_MARGIN : RADIUS_MARGIN) * usual
}
