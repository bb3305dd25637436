import * as tf from '@tensorflow/tfjs-core'
import { oneHot } from './one-hot.ts'

/**
 * Adds, at each position, the rows of the last few ids and the row of the position:
 *
 *     y[t] = places[t] + Σ_k tables[k, ids[t − k]]        without those before the first
 *
 * With one table this is the usual embedding; with more, a causal convolution over the ids, which tells a position what
 * stands right before it, so that attention need not learn to look there.
 *
 * Tables and their gradient are multiplied by the one-hot ids: for alphabets, of which language models of characters
 * have one, that is faster than looking up and adding up row by row, and every backend can do it.
 *
 * @param ids `[batch, positions]` of int32
 * @param tables `[count × classes, width]`, one above the other
 * @param places `[positions, width]`
 * @returns `[batch, positions, width]`
 */
export function embed(ids: tf.Tensor2D, tables: tf.Tensor2D, places: tf.Tensor2D, classes: number): tf.Tensor3D {
  const [batch, positions] = ids.shape
  const [rows, width] = tables.shape
  const chosen = recent(ids, rows / classes, classes)
  const look = tf.customGrad((...args) => {
    const [tables, places, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc]
    save([chosen])
    return {
      value: tf.add(tf.reshape(tf.matMul(chosen, tables), [batch, positions, width]), places),
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const dTables = tf.matMul(saved[0], tf.reshape(dy, [batch * positions, width]), true, false)
        return [dTables, tf.sum(dy, 0)]
      },
    }
  })
  return look(tables, places) as tf.Tensor3D
}

/** `[batch × positions, count × classes]`: one-hot, an id and the `count − 1` before it side by side. */
function recent(ids: tf.Tensor2D, count: number, classes: number): tf.Tensor2D {
  const [batch, positions] = ids.shape
  const flat = oneHot(tf.reshape(ids, [batch * positions]) as tf.Tensor1D, classes)
  if (count === 1) return flat
  const rows = tf.reshape(flat, [batch, positions, classes]) as tf.Tensor3D
  const padded = tf.pad(rows, [
    [0, 0],
    [count - 1, 0],
    [0, 0],
  ])
  const shifted = Array.from({ length: count }, (_, k) =>
    tf.slice(padded, [0, count - 1 - k, 0], [batch, positions, classes]),
  )
  return tf.reshape(tf.concat(shifted, 2), [batch * positions, count * classes])
}
