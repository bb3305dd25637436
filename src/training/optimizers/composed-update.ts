/**
 * The updates of optimizers as TensorFlow.js's own operations, for backends that have no fused kernels of ours. Call them
 * inside `tf.tidy`.
 *
 * @packageDocumentation
 */

import * as tf from '@tensorflow/tfjs-core'
import type { FusedUpdates } from '../kernels/fused-update.ts'

export const composedUpdates: Omit<FusedUpdates, 'sumOfSquares'> = {
  sgd(x, g, m, { learningRate, momentum, weightDecay, gradientScale }) {
    const gradient = penalised(x, g, gradientScale, weightDecay)
    if (m !== undefined) m.assign(tf.add(tf.mul(m, momentum), gradient))
    x.assign(tf.sub(x, tf.mul(m ?? gradient, learningRate)))
  },

  adam(x, g, m, v, { learningRate, beta1, beta2, epsilon, coupledDecay, decoupledDecay, step, gradientScale }) {
    const gradient = penalised(x, g, gradientScale, coupledDecay)
    m.assign(tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1)))
    v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2)))
    const correction = Math.sqrt(1 - beta2 ** step)
    const rate = (learningRate * correction) / (1 - beta1 ** step)
    const change = tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon * correction)), rate)
    const kept = decoupledDecay === 0 ? x : tf.mul(x, 1 - learningRate * decoupledDecay)
    x.assign(tf.sub(kept, change))
  },
}

/** s g + λ x, with no operation for what changes nothing. */
function penalised(x: tf.Tensor, g: tf.Tensor, scale: number, decay: number): tf.Tensor {
  const scaled = scale === 1 ? g : tf.mul(g, scale)
  return decay === 0 ? scaled : tf.add(scaled, tf.mul(x, decay))
}

/**
 * Gradients scaled so that the Euclidean norm of all of them together is at most `clipNorm` (Pascanu et al., 2013,
 * algorithm 1). The norm stays where it is computed: to read it would make every step wait for a GPU.
 */
export function clippedByGlobalNorm(gradients: readonly tf.Tensor[], clipNorm: number): tf.Tensor[] {
  const norm = tf.sqrt(tf.addN(gradients.map(g => tf.sum(tf.square(g)))))
  // A norm of 0 gives infinity here, and 1 in the end.
  const scale = tf.minimum(tf.div(clipNorm, norm), 1)
  return gradients.map(g => tf.mul(g, scale))
}
