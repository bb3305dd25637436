import type { Attack } from './attack.ts'

/**
 * Pulls the receiver back from its honest neighbours, by ε times as much as they pull it:
 *
 *     x_i − ε Σ_{honest j} w_ij (x_j − x_i) / Σ_{Byzantine j} w_ij
 *
 * With ε = 1 the weighted mean stands still, with more it is driven apart (He, Karimireddy and Jaggi 2022, "Byzantine-Robust
 * Decentralized Learning via ClippedGossip", whose experiments take 1.5).
 *
 * @param epsilon ε, above 0
 */
export function dissensus(epsilon: number): Attack {
  return {
    name: epsilon === STANDSTILL ? 'dissensus' : `dissensus:${epsilon}`,
    forge({ receiver, honest, byzantine }, out) {
      for (let p = 0; p < out.length; p++) {
        let pull = 0
        for (const { weight, vector } of honest) pull += weight * (vector[p] - receiver[p])
        out[p] = receiver[p] - (epsilon * pull) / byzantine.weight
      }
    },
  }
}

/** ε where none is given. */
export const STANDSTILL = 1
