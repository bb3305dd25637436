import * as tf from '@tensorflow/tfjs-core'

/**
 * Mean softmax cross-entropy from logits z, with its gradient written out (the derivative of the composition would be
 * longer and less exact):
 *
 *     L = −(1/B) Σ y · log softmax(z),   ∂L/∂z = (softmax(z) − y) / B
 *
 * @param logits z, `[batch, classes]`
 * @param oneHot y, `[batch, classes]`
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, oneHot: tf.Tensor2D): tf.Scalar {
  const [batch] = logits.shape
  const loss = tf.customGrad((z, save) => {
    const logSoftmax = tf.logSoftmax(z as tf.Tensor2D)
    ;(save as tf.GradSaveFunc)([logSoftmax])
    return {
      value: tf.mul(tf.sum(tf.mul(logSoftmax, oneHot)), -1 / batch),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(tf.sub(tf.exp(saved[0]), oneHot), tf.mul(dy, 1 / batch)),
    }
  })
  return loss(logits) as tf.Scalar
}

/** Sums over samples, so that batches add up. */
interface Score {
  /** Σ −log softmax(z)[label]; NaN where a logit is. */
  readonly loss: number
  /** Samples whose largest logit is their label's. */
  readonly correct: number
}

/**
 * The same objective outside the tape, in float64.
 *
 * @param logits `[samples, classes]`
 * @param labels `[samples]`
 */
export function score(logits: Float32Array, labels: Int32Array, classes: number): Score {
  let loss = 0
  let correct = 0
  for (const [sample, label] of labels.entries()) {
    const z = logits.subarray(sample * classes, (sample + 1) * classes)
    const best = z.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY)
    const partition = z.reduce((sum, value) => sum + Math.exp(value - best), 0)
    loss += best + Math.log(partition) - z[label]
    if (z.indexOf(best) === label) correct++
  }
  return { loss, correct }
}
