import * as tf from '@tensorflow/tfjs-core'

export interface AttentionShape {
  readonly batch: number
  /** Positions of a sequence. */
  readonly positions: number
  readonly heads: number
  /** Width of one head. */
  readonly width: number
}

/** Added to what a position must not see: far enough below any score that its exponential is 0 in float32. */
const UNSEEN = -1e9

/**
 * Scaled dot-product attention of several heads, in which a position sees itself and those before it (Vaswani et al.,
 * "Attention is all you need", 2017, section 3.2):
 *
 *     P = softmax(s Q Kᵀ + mask),   O = P V,   s = 1 / √width
 *
 * One operation for all heads, with its gradient written out:
 *
 *     ∂V = Pᵀ ∂O,   ∂S = s P ∘ (∂P − rowsum(P ∘ ∂P)) with ∂P = ∂O Vᵀ,   ∂Q = ∂S K,   ∂K = ∂Sᵀ Q
 *
 * @param qkv queries, keys and values side by side, `[batch × positions, 3 × heads × width]`
 * @returns `[batch × positions, heads × width]`
 */
export function causalAttention(qkv: tf.Tensor2D, { batch, positions, heads, width }: AttentionShape): tf.Tensor2D {
  const scale = 1 / Math.sqrt(width)
  const rows = batch * positions
  const sequences = heads * batch
  const attend = tf.customGrad((...args) => {
    const [input, save] = args as [tf.Tensor2D, tf.GradSaveFunc]
    const byHead = headsFirst(input, 3 * heads)
    const [q, k, v] = [0, 1, 2].map(part => {
      const sliced = tf.slice(byHead, [part * heads, 0, 0], [heads, rows, width])
      return tf.reshape(sliced, [sequences, positions, width])
    })
    const scores = tf.mul(tf.matMul(q, k, false, true), scale)
    const p = tf.softmax(tf.add(scores, mask(positions))) as tf.Tensor3D
    save([q, k, v, p])
    return {
      value: headsLast(tf.matMul(p, v), heads),
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const [q, k, v, p] = saved
        const dOutput = tf.reshape(headsFirst(dy, heads), [sequences, positions, width])
        const weighed = tf.mul(p, tf.matMul(dOutput, v, false, true))
        const dScores = tf.mul(tf.sub(weighed, tf.mul(p, tf.sum(weighed, 2, true))), scale)
        const parts = [tf.matMul(dScores, k), tf.matMul(dScores, q, true, false), tf.matMul(p, dOutput, true, false)]
        return headsLast(tf.concat(parts, 0), 3 * heads)
      },
    }
  })

  /** `[rows, count × width]` to `[count, rows, width]`: three axes, since backends are slow at transposing more. */
  function headsFirst(x: tf.Tensor, count: number): tf.Tensor {
    return tf.transpose(tf.reshape(x, [rows, count, width]), [1, 0, 2])
  }

  /** The inverse: `[count × batch, positions, width]` to `[rows, count × width]`. */
  function headsLast(x: tf.Tensor, count: number): tf.Tensor {
    return tf.reshape(tf.transpose(tf.reshape(x, [count, rows, width]), [1, 0, 2]), [rows, count * width])
  }

  return attend(qkv) as tf.Tensor2D
}

/** `[positions, positions]`: 0 where a row may see a column. */
function mask(positions: number): tf.Tensor2D {
  const values = new Float32Array(positions * positions)
  for (let row = 0; row < positions; row++) values.fill(UNSEEN, row * positions + row + 1, (row + 1) * positions)
  return tf.tensor2d(values, [positions, positions], 'float32')
}
