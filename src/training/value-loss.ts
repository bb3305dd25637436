import * as tf from '@tensorflow/tfjs-core'
import { HUBER_DELTA, type Loss } from './losses.ts'

/** A loss and its derivative, by elements of the errors e. */
interface TapedLoss {
  cost(e: tf.Tensor): tf.Tensor
  slope(e: tf.Tensor): tf.Tensor
}

const clipped = (e: tf.Tensor) => tf.clipByValue(e, -HUBER_DELTA, HUBER_DELTA)

/** The same as `LOSS_FORMS`, for tensors. */
const TAPED: Readonly<Record<Loss, TapedLoss>> = {
  squared: { cost: e => tf.mul(e, e), slope: e => tf.mul(e, 2) },
  // With c = clip(e), c (e − c/2) is both cases at once.
  huber: {
    cost(e) {
      const c = clipped(e)
      return tf.mul(c, tf.sub(e, tf.mul(c, 0.5)))
    },
    slope: clipped,
  },
  absolute: { cost: tf.abs, slope: tf.sign },
}

/**
 * Mean loss over samples and outputs, with its gradient written out:
 *
 *     L = (1/NK) Σ ℓ(p − v),   ∂L/∂p = ℓ′(p − v) / NK
 *
 * @param predicted p, `[N, K]`: N samples, K outputs
 * @param values v, `[N, K]`, standardised
 */
export function valueLoss(loss: Loss, predicted: tf.Tensor2D, values: tf.Tensor2D): tf.Scalar {
  const { cost, slope } = TAPED[loss]
  const share = 1 / predicted.size
  const taped = tf.customGrad((...args) => {
    const [p, save] = args as [tf.Tensor2D, tf.GradSaveFunc]
    const e = tf.sub(p, values)
    save([e])
    return {
      value: tf.mul(tf.sum(cost(e)), share),
      gradFunc: (dy: tf.Tensor, [e]: tf.Tensor[]) => tf.mul(slope(e), tf.mul(dy, share)),
    }
  })
  return taped(predicted) as tf.Scalar
}
