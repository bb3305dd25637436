import * as tf from '@tensorflow/tfjs-core'
import { answerOf, costOf } from '../worth/answer.ts'
import { oneHot } from './operations/one-hot.ts'

/**
 * Mean softmax cross-entropy from logits z, with its gradient written out (the derivative of the composition would be
 * longer and less exact):
 *
 *     L = −(1/N) Σ w log softmax(z)[label],   ∂L/∂z = w (softmax(z) − y) / N,   y the labels as rows of 0 and a 1
 *
 * @param logits z, `[N, classes]`: N is samples, times positions for sequences
 * @param labels `[N]` of int32
 * @param weights w, `[N]`: how much each counts; 1 where absent
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, weights?: tf.Tensor1D): tf.Scalar {
  const [rows, classes] = logits.shape
  const loss = tf.customGrad((...args) => {
    const [z, save] = args as [tf.Tensor2D, tf.GradSaveFunc]
    const logSoftmax = tf.logSoftmax(z)
    const y = oneHot(labels, classes)
    // Saved with the others: what is not is gone when the gradient is taken.
    const w = weights === undefined ? [] : [tf.reshape(weights, [rows, 1])]
    save([logSoftmax, y, ...w])
    return {
      value: tf.mul(tf.sum(weighted(tf.mul(logSoftmax, y), w)), -1 / rows),
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const [logSoftmax, y, ...w] = saved
        return tf.mul(weighted(tf.sub(tf.exp(logSoftmax), y), w), tf.mul(dy, 1 / rows))
      },
    }
  })
  return loss(logits) as tf.Scalar
}

function weighted(each: tf.Tensor, [weights]: readonly tf.Tensor[]): tf.Tensor {
  return weights === undefined ? each : tf.mul(each, weights)
}

/** Sums over targets, so that batches add up. */
interface Score {
  /** Σ −log softmax(z)[label]; NaN where a logit is. */
  readonly loss: number
  /** Targets whose largest logit is their label's. */
  readonly correct: number
}

/**
 * The same objective outside the tape, in float64.
 *
 * @param logits `[targets, classes]`
 * @param labels `[targets]`
 */
export function score(logits: Float32Array, labels: Int32Array, classes: number): Score {
  let loss = 0
  let correct = 0
  for (let target = 0; target < labels.length; target++) {
    const first = target * classes
    const label = labels[target]
    const best = answerOf(logits, first, classes)
    const cost = costOf(logits, first, classes, label, best)
    loss += cost
    // No comparison finds a logit that is no number.
    if (best === label && !Number.isNaN(cost)) correct++
  }
  return { loss, correct }
}
