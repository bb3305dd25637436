import type { Vector } from '../../parameters/vectors.ts'
import type { Random } from '../../random/random.ts'

/**
 * Hides a vector behind noise that cancels over the swarm: each pair draws z_ij ~ N(0, s²) from a stream that the two share,
 * the lower adds it and the higher subtracts it. The mean stays exact, to rounding, while what one peer tells is hidden from
 * all that do not know all its pairs (Sabater, Bellet and Ramon 2022, "An Accurate, Scalable and Verifiable Protocol for
 * Federated Differentially Private Averaging"; in every step of decentralised SGD, Allouah et al. 2024, "The Privacy Power of
 * Correlated Noise in Decentralized Learning").
 *
 * @param vector changed in place
 * @param partners the others of this peer's pairs, which must each do the same
 * @param deviation s
 * @param sharedStream that of a pair: from its start, and the same on both sides
 */
export function addZeroSumNoise(
  vector: Vector,
  own: number,
  partners: readonly number[],
  deviation: number,
  sharedStream: (lower: number, higher: number) => Random,
): void {
  for (const partner of partners) {
    const random = sharedStream(Math.min(own, partner), Math.max(own, partner))
    const signed = own < partner ? deviation : -deviation
    for (let p = 0; p < vector.length; p++) vector[p] += signed * random.normal()
  }
}
