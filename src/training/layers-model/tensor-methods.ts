import * as tf from '@tensorflow/tfjs-core'

/**
 * Methods that TensorFlow.js's orthogonal initializer calls on tensors, and its core in Node does not have: without
 * them no GRU, LSTM or SimpleRNN with the default initializers can be made. A program that registers all such methods
 * replaces these.
 */
const METHODS = {
  flatten(this: tf.Tensor): tf.Tensor {
    return tf.reshape(this, [this.size])
  },
  reshape(this: tf.Tensor, shape: number[]): tf.Tensor {
    return tf.reshape(this, shape)
  },
  sign(this: tf.Tensor): tf.Tensor {
    return tf.sign(this)
  },
  stridedSlice(this: tf.Tensor, begin: number[], end: number[], strides: number[]): tf.Tensor {
    return tf.stridedSlice(this, begin, end, strides)
  },
  transpose(this: tf.Tensor, permutation?: number[]): tf.Tensor {
    return tf.transpose(this, permutation)
  },
}

for (const [name, method] of Object.entries(METHODS)) {
  if (name in tf.Tensor.prototype) continue
  Object.defineProperty(tf.Tensor.prototype, name, { value: method, writable: true })
}
