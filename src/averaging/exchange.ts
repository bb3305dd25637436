import { requireSameLength, type Vector } from '../parameters/vectors.ts'
import { metropolisWeight } from './mixing.ts'

/**
 * w = 1 / (1 + max(k_A, k_B)): the weight of an exchange between peers that take part in k_A and k_B exchanges at once,
 * this one included. It is Metropolis's weight on the graph of the exchanges that are open, so no peer's own weight becomes
 * negative; 1/2 for a pair that is alone.
 */
export function exchangeWeight(exchangesA: number, exchangesB: number): number {
  return metropolisWeight(exchangesA, exchangesB)
}

/**
 * d = w · (s_partner − s_own): what this side of an exchange adds to its parameters. The partner, with the same w, computes
 * exactly −d: the difference and the product are taken in float64, where IEEE 754 arithmetic is antisymmetric, and rounded
 * once, to nearest, which is symmetric about zero. So no exchange moves the swarm's mean, rounding of the two final
 * additions aside. With w ≤ 1/2 finite snapshots give a finite d.
 *
 * @param own the snapshot that was sent
 * @param partner the snapshot that was received
 * @param out where to put d; may be `own` or `partner`
 * @throws LengthMismatchError
 */
export function exchangeDifference<V extends Vector = Float32Array>(
  own: Vector,
  partner: Vector,
  weight: number,
  out: V,
): V {
  requireSameLength(own, partner)
  requireSameLength(own, out)
  for (let i = 0; i < own.length; i++) out[i] = weight * (partner[i] - own[i])
  return out
}
