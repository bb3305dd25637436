import * as tf from '@tensorflow/tfjs-core'

/**
 * Sums over the rows, as a product with ones: many times as fast on backends that sum over a leading axis by transposing.
 *
 * @param x `[rows, columns]`
 * @returns `[columns]`
 */
export function columnSums(x: tf.Tensor2D): tf.Tensor1D {
  const [rows, columns] = x.shape
  return tf.reshape(tf.matMul(tf.ones([1, rows]), x), [columns]) as tf.Tensor1D
}
