import type { Attack } from './attack.ts'

/** Deviation of the noise: as in the experiments of Blanchard et al. (2017), far from anything that is learned. */
const STANDARD_DEVIATION = 200

/**
 * Says noise, the same from all attackers (Blanchard, El Mhamdi, Guerraoui and Stainer 2017, "Machine Learning with
 * Adversaries: Byzantine Tolerant Gradient Descent").
 */
export const gaussian: Attack = {
  name: 'gaussian',
  forge({ random }, out) {
    for (let p = 0; p < out.length; p++) out[p] = STANDARD_DEVIATION * random.normal()
  },
}
