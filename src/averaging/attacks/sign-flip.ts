import type { Attack } from './attack.ts'

/**
 * Says the negative of what it would say (the sign-flipping attack of Li, Xu, Chen, Giannakis and Ling 2019, "RSA:
 * Byzantine-Robust Stochastic Aggregation Methods for Distributed Learning from Heterogeneous Datasets").
 */
export const signFlip: Attack = {
  name: 'sign-flip',
  forge({ own }, out) {
    for (let p = 0; p < own.length; p++) out[p] = -own[p]
  },
}
