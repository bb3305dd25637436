import { addScaled } from '../../parameters/vectors.ts'
import { exchangeDifference } from '../exchange.ts'
import type { AveragingRule } from '../rule.ts'

interface AdpsgdState {
  readonly x: Float32Array
  /** The parameters as they were sent, until the exchange ends. */
  snapshot: Float32Array
}

/**
 * AD-PSGD: atomic pairwise averages, x_i ← x_i + w (s_j − s_i), while training goes on (Lian et al. 2018, "Asynchronous
 * Decentralized Parallel Stochastic Gradient Descent"). The difference is that of the snapshots s that were sent, so what
 * training does between {@link AveragingRule.send} and {@link AveragingRule.merge} is kept.
 */
export const adpsgd: AveragingRule<AdpsgdState> = {
  name: 'adpsgd',
  mixing: 'pairwise',
  start: parameters => ({ x: parameters.slice(), snapshot: parameters.slice() }),
  train: ({ x }, update) => addScaled(x, 1, update),
  send(state) {
    state.snapshot = state.x.slice()
    return { vectors: [state.snapshot.slice()], scalars: [] }
  },
  merge({ x, snapshot }, received) {
    for (const { weight, message } of received)
      addScaled(x, 1, exchangeDifference(snapshot, message.vectors[0], weight))
  },
  estimate: ({ x }) => x,
}
