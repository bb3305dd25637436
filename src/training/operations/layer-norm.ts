import * as tf from '@tensorflow/tfjs-core'

/**
 * Normalises every row and scales it (Ba, Kiros and Hinton, "Layer normalization", 2016):
 *
 *     x̂ = (x − mean x) r,   r = 1 / √(var x + ε),   y = γ x̂ + β
 *
 * with the gradient written out, which takes a third of the operations that its derivation step by step would:
 *
 *     ∂x = r (g − mean g − x̂ mean(g x̂)),   g = γ ∂y
 *
 * @param x `[rows, width]`
 * @param gamma γ, `[width]`
 * @param beta β, `[width]`
 */
export function layerNorm(x: tf.Tensor2D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  const normalise = tf.customGrad((...args) => {
    const [input, scale, shift, save] = args as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc]
    const centred = tf.sub(input, tf.mean(input, 1, true))
    const r = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon))
    const normal = tf.mul(centred, r)
    save([normal, r, scale])
    return {
      value: tf.add(tf.mul(normal, scale), shift),
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const [normal, r, scale] = saved
        const g = tf.mul(dy, scale)
        const along = tf.mul(normal, tf.mean(tf.mul(g, normal), 1, true))
        const dx = tf.mul(tf.sub(tf.sub(g, tf.mean(g, 1, true)), along), r)
        return [dx, tf.sum(tf.mul(dy, normal), 0), tf.sum(dy, 0)]
      },
    }
  })
  return normalise(x, gamma, beta) as tf.Tensor2D
}
