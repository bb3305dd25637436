import * as tf from '@tensorflow/tfjs-core'

/** 2 √(2/π), and 0.044715 times it: the approximation's constants, as the logistic function takes them. */
const LINEAR = 2 * Math.sqrt(2 / Math.PI)
const CUBIC = 0.044715 * LINEAR

/**
 * The Gaussian error linear unit in its approximation by tanh (Hendrycks and Gimpel, 2016, section 2), written with the
 * logistic function σ, which backends compute faster: ½ (1 + tanh z) = σ(2 z).
 *
 *     y = x σ(u),   u = x (a + b x²),   ∂y/∂x = σ + x σ (1 − σ) (a + 3 b x²)
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  const activate = tf.customGrad((...args) => {
    const [input, save] = args as [tf.Tensor, tf.GradSaveFunc]
    const gate = tf.sigmoid(tf.mul(input, polynomial(input, CUBIC)))
    save([input, gate])
    return {
      value: tf.mul(input, gate),
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const [input, gate] = saved
        const slope = tf.mul(tf.mul(input, tf.sub(1, gate)), polynomial(input, 3 * CUBIC))
        return tf.mul(dy, tf.mul(gate, tf.add(slope, 1)))
      },
    }
  })
  return activate(x) as T
}

/** a + c x² */
function polynomial(x: tf.Tensor, c: number): tf.Tensor {
  return tf.add(tf.mul(tf.mul(x, x), c), LINEAR)
}
