import type { Attack } from './attack.ts'
import { honestVectors } from './honest-vectors.ts'
import { normalQuantile } from './normal-quantile.ts'

/**
 * "A little is enough": μ − z σ, coordinate by coordinate, of the honest, the receiver among them. It hides among them: z is
 * as large as leaves s honest peers farther from the mean than the lie, in expectation, with whom the byzantine peers are the majority
 * (Baruch, Baruch and Goldberg 2019, "A Little Is Enough: Circumventing Defenses For Distributed Learning"; neighbourhood by
 * neighbourhood as He, Karimireddy and Jaggi 2022 do it).
 *
 * @param deviations z, above 0; where it is not given, {@link hiddenDeviations}, which among a few neighbours is near 0
 */
export function alie(deviations?: number): Attack {
  return {
    name: deviations === undefined ? 'alie' : `alie:${deviations}`,
    forge(view, out) {
      const vectors = honestVectors(view)
      const z = deviations ?? hiddenDeviations(vectors.length, view.byzantine.count)
      for (let p = 0; p < out.length; p++) {
        let mean = 0
        for (const vector of vectors) mean += vector[p] / vectors.length
        let squares = 0
        for (const vector of vectors) squares += (vector[p] - mean) ** 2
        // One honest vector alone has no spread to hide in.
        out[p] = mean - z * Math.sqrt(squares / Math.max(1, vectors.length - 1))
      }
    },
  }
}

/**
 * z = Φ⁻¹((n − m − s) / (n − m)) of n peers and m byzantine ones, where s = ⌊n/2 + 1⌋ − m are missing from a majority; where those
 * have it already, s = 1, for one honest peer at least must be farther out. Not below 0, where no z hides the lie.
 */
export function hiddenDeviations(honest: number, byzantine: number): number {
  const missing = Math.max(1, Math.floor((honest + byzantine) / 2 + 1) - byzantine)
  const nearer = (honest - missing) / honest
  return nearer > 0.5 ? normalQuantile(nearer) : 0
}
