import * as tf from '@tensorflow/tfjs-core'

/**
 * y = x W + b, with its gradient:  ∂x = ∂y Wᵀ,  ∂W = xᵀ ∂y,  ∂b = the sum of ∂y's rows
 *
 * @param x `[rows, from]`
 * @param kernel W, `[from, to]`
 * @param bias b, `[to]`
 */
export function affine(x: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const map = tf.customGrad((...args) => {
    const [x, kernel, bias, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc]
    save([x, kernel])
    return {
      value: tf.fused.matMul({ a: x, b: kernel, bias }),
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const [x, kernel] = saved
        return [tf.matMul(dy, kernel, false, true), tf.matMul(x, dy, true, false), tf.sum(dy, 0)]
      },
    }
  })
  return map(x, kernel, bias) as tf.Tensor2D
}
