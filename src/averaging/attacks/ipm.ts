import type { Attack } from './attack.ts'
import { honestVectors } from './honest-vectors.ts'

/** ε: so small that the lie is nearer to the honest than many of them are to each other, and still points backwards. */
const EPSILON = 0.1

/**
 * Inner-product manipulation: −ε times the mean of the honest, the receiver among them (Xie, Koyejo and Gupta 2019, "Fall of
 * Empires: Breaking Byzantine-tolerant SGD by Inner Product Manipulation").
 */
export const ipm: Attack = {
  name: 'ipm',
  forge(view, out) {
    const vectors = honestVectors(view)
    for (let p = 0; p < out.length; p++) {
      let sum = 0
      for (const vector of vectors) sum += vector[p]
      out[p] = (-EPSILON * sum) / vectors.length
    }
  },
}
