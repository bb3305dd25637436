/**
 * The arithmetic of an exchange between two peers: with which weight, and what each adds. Live peers, the matrix engine and the
 * conformance suite use these.
 *
 * @packageDocumentation
 */

import { differenceInRoom } from '../parameters/frame-memory.ts'
import { requireSameLength, type Vector } from '../parameters/vectors.ts'

/**
 * The largest weight with which a peer can enter another exchange: half of what those that it is in leave of its own share. However
 * many there are, and whatever becomes of them, something of its own stays, so no average has a negative weight. The weight of
 * an exchange is the smaller one of both sides; 1/2 for a pair that is in no other (decision 006).
 *
 * @param others weights of the exchanges that the peer is in
 */
export function exchangeWeight(others: Iterable<number> = []): number {
  let rest = 1
  for (const weight of others) rest -= weight
  return rest / 2
}

/**
 * d = w · (s_theirs − s_own): what this side of an exchange adds to its parameters; and, in the same pass, Σ s_theirs².
 *
 * The partner, with the same w, computes exactly −d: the difference and the product are taken in float64, where IEEE 754
 * arithmetic is antisymmetric, and rounded once, to nearest, which is symmetric about zero. So no exchange moves the swarm's
 * mean, rounding of the two final additions aside.
 *
 * With w ≤ 1/2 all of d is finite where all of both snapshots is. A sum that is not finite says that something of theirs is not:
 * squares of float32 cannot overflow float64.
 *
 * A third of the time where `out` lies in memory for frames; the same bits either way, and the same sum but for its rounding.
 *
 * @param own the snapshot that was sent
 * @param theirs the snapshot that was received
 * @param out where to put d; may be `own` or `theirs`
 * @returns Σ s_theirs²
 * @throws LengthMismatchError
 */
export function exchangeDifference(own: Vector, theirs: Vector, weight: number, out: Vector): number {
  requireSameLength(own, theirs)
  requireSameLength(own, out)
  const areSingle = isSingle(own) && isSingle(theirs) && isSingle(out)
  return (areSingle ? differenceInRoom(own, theirs, weight, out) : undefined) ?? plainly(own, theirs, weight, out)
}

function isSingle(x: Vector): x is Float32Array {
  return x instanceof Float32Array
}

function plainly(own: Vector, theirs: Vector, weight: number, out: Vector): number {
  // Two sums: one alone would wait for its own last addition at every element.
  let even = 0
  let odd = 0
  const paired = theirs.length - (theirs.length % 2)
  for (let i = 0; i < paired; i += 2) {
    const first = theirs[i]
    const second = theirs[i + 1]
    out[i] = weight * (first - own[i])
    out[i + 1] = weight * (second - own[i + 1])
    even += first * first
    odd += second * second
  }
  if (paired < theirs.length) {
    const last = theirs[paired]
    out[paired] = weight * (last - own[paired])
    even += last * last
  }
  return even + odd
}
