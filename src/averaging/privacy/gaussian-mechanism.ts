import { UsageError } from '../../errors.ts'
import { norm, requireSameLength, type Vector } from '../../parameters/vectors.ts'
import type { Random } from '../../random/random.ts'

/** How much is cut of what is told, and how much noise is added: the two numbers from which privacy is accounted. */
export interface GaussianMechanism {
  /** C: what is told is no longer than this. `Infinity`, with no noise, tells everything. */
  readonly clip: number
  /** σ: the standard deviation of the noise, as a multiple of C. */
  readonly noise: number
}

/**
 * Makes the vector that is sent in place of one: shortened to the length C, and N(0, σ²C²) added to every coordinate (Dwork and Roth 2014,
 * "The Algorithmic Foundations of Differential Privacy", appendix A; clipping by Abadi et al. 2016, "Deep Learning with Differential
 * Privacy"). `renyi-accountant.ts` says how private that is.
 *
 * The distribution is right to the precision of the numbers, which is what a simulation needs. A deployment would have to draw
 * from a cryptographic source, and mind what the last digits tell (Mironov 2012, "On Significance of the Least Significant Bits
 * for Differential Privacy").
 *
 * @param out may be `vector`
 * @throws UsageError where there is noise and nothing to measure it by
 */
export function privatise(vector: Vector, { clip, noise }: GaussianMechanism, random: Random, out: Vector): void {
  requireSameLength(vector, out)
  if (noise > 0 && !Number.isFinite(clip)) {
    throw new UsageError(
      `noise is a multiple of the length that vectors are clipped to, which is ${clip}; expected a finite one`,
    )
  }
  const length = norm(vector)
  const scale = length > clip ? clip / length : 1
  for (let p = 0; p < vector.length; p++) {
    out[p] = scale * vector[p] + (noise > 0 ? noise * clip * random.normal() : 0)
  }
}
