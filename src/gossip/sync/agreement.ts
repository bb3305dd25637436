/**
 * The current state of a swarm while everybody trains: no two peers have the same parameters, but they are near each other, and a peer that
 * announces something else is outvoted. Sketches are random projections that keep distances, so all of this is decided from what everybody
 * has announced anyway.
 *
 * The middle is that member from which most others are the least far, and the measure is how far that is: least median of squares
 * (Rousseeuw 1984), of which no minority, however far away, changes anything but who is in the middle of the others.
 *
 * @packageDocumentation
 */

import { sketchDistance } from '../../averaging/sketch.ts'
import { norm } from '../../parameters/vectors.ts'
import { AGREEMENT_MARGIN, CAMPS_MARGIN } from './constants.ts'

interface Middle {
  readonly index: number
  /** Distances from it, `[peers]`. */
  readonly distances: readonly number[]
  /** Within which more than half of all are of it. */
  readonly radius: number
  /** Within which half of all are. */
  readonly halfRadius: number
}

function middleOf(sketches: readonly Float32Array[]): Middle {
  const n = sketches.length
  let best: Middle | undefined
  for (const [index, one] of sketches.entries()) {
    const distances = sketches.map(other => sketchDistance(one, other))
    const sorted = Float64Array.from(distances).sort()
    const radius = sorted[n >> 1]
    if (best === undefined || radius < best.radius)
      best = { index, distances, radius, halfRadius: sorted[(n - 1) >> 1] }
  }
  return best as Middle
}

/**
 * The peers that agree with the one in the middle of most of them; n² distances.
 *
 * @param sketches `[peers][buckets]`, at least one
 * @param target the recipe's relative consensus distance
 * @returns indices, of more than half; undefined where two camps of the same size stand against each other. Two always agree
 */
export function agreeingMajority(sketches: readonly Float32Array[], target: number): readonly number[] | undefined {
  const middle = middleOf(sketches)
  const near = target * norm(sketches[middle.index])
  const areCamps = middle.radius > Math.max(near, CAMPS_MARGIN * middle.halfRadius)
  if (sketches.length > 2 && areCamps) return undefined
  // Never less than the distance at which the swarm would be sealed.
  const limit = Math.max(AGREEMENT_MARGIN * middle.radius, near)
  return [...sketches.keys()].filter(i => middle.distances[i] <= limit)
}

/**
 * Whether a vector is what peers say that they have, or had on their way here: at least half of them announced something that is as near to
 * it as they agree, or as they have gone meanwhile themselves. How far one says that it has gone widens its own way only.
 *
 * @param sketch of the vector
 * @param ways `[peers][announcements][buckets]`, what each has announced in turn, at least once; at least one peer
 */
export function agrees(sketch: Float32Array, ways: readonly (readonly Float32Array[])[], target: number): boolean {
  const latest = ways.map(way => way[way.length - 1])
  const { radius } = middleOf(latest)
  const isOnWay = (way: readonly Float32Array[]) => {
    const span = Math.max(...way.map(one => sketchDistance(one, way[0])))
    const limit = Math.max(AGREEMENT_MARGIN * Math.max(radius, span), target * norm(way[0]))
    return way.some(one => sketchDistance(sketch, one) <= limit)
  }
  return 2 * ways.filter(isOnWay).length >= ways.length
}
