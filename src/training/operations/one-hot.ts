import * as tf from '@tensorflow/tfjs-core'

/**
 * Rows of 0 and, at the label, 1. Made of integers first: the wasm backend writes them also where float32 is asked for.
 *
 * @param labels `[rows]` of int32
 * @returns `[rows, classes]` of float32
 */
export function oneHot(labels: tf.Tensor1D, classes: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D
}
