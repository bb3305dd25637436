import { drawIndices } from '../../parameters/codecs/draw-indices.ts'
import { keptOf } from '../../parameters/codecs/fraction.ts'
import { addScaled, requireSameLength, type Vector } from '../../parameters/vectors.ts'
import type { AveragingRule } from '../rule.ts'

interface SpartaState {
  readonly x: Vector
  /** Rounds that have passed, with this peer or without it: one that counted only its own would average other coordinates. */
  round: number
}

/**
 * SPARTA: in every round a random fraction p of the coordinates is averaged, the same ones everywhere, and the others stay
 * (Beton et al. 2025, "Improving the efficiency of distributed training using sparse parameter averaging"). The round's number
 * is the seed, so no indices travel. After T rounds a coordinate has been averaged with probability 1 − (1 − p)ᵀ.
 */
export function sparta(name: string, fraction = 0.005): AveragingRule<SpartaState> {
  return {
    name,
    hint: 'a few random coordinates in every round; few bytes',
    travels: 'parts',
    mixing: 'doubly-stochastic',
    message: { vectors: 1, scalars: 0, to: 'all' },
    start(parameters, { allocate }) {
      const x = allocate(parameters.length)
      x.set(parameters)
      return { x, round: 0 }
    },
    train: ({ x }, update) => addScaled(x, 1, update),
    send({ x }, _link, message) {
      message.vectors[0].set(x)
      return 4 * keptOf(x.length, fraction)
    },
    merge(state, received) {
      const { x } = state
      for (const { message } of received) requireSameLength(x, message.vectors[0])
      const indices = new Int32Array(keptOf(x.length, fraction))
      drawIndices(`sparta/${state.round++}`, x.length, indices.length, indices)
      for (const i of indices) {
        let sum = x[i]
        for (const { weight, message } of received) sum += weight * (message.vectors[0][i] - x[i])
        x[i] = sum
      }
    },
    skip(state) {
      state.round++
    },
    estimate: ({ x }) => x,
  }
}
