import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { evaluationBatch } from './evaluation-batch.ts'

/** What of a model's output is wanted: its logits as probabilities, or its values as they are. */
export type Answer = 'probabilities' | 'values'

/**
 * @param model from `[batch, …shape]` to logits, `[batch, …, classes]`, or to values, `[batch, outputs]`
 * @param inputs `[samples, …shape]`, sample after sample
 * @returns what the model says of each, one sample after the other
 */
export async function predictionsOf(
  model: LayersModel,
  inputs: Float32Array,
  shape: readonly number[],
  answer: Answer,
): Promise<Float32Array> {
  const width = shape.reduce((product, size) => product * size, 1)
  const count = inputs.length / width
  const batch = evaluationBatch(model)
  let all = new Float32Array()
  for (let from = 0; from < count; from += batch) {
    const to = Math.min(from + batch, count)
    const predicted = tf.tidy(() => {
      const samples = tf.tensor(inputs.subarray(from * width, to * width), [to - from, ...shape])
      const output = model.predict(samples) as tf.Tensor
      return answer === 'probabilities' ? tf.softmax(output) : output
    })
    const values = await predicted.data<'float32'>()
    predicted.dispose()
    const each = values.length / (to - from)
    if (from === 0) all = new Float32Array(count * each)
    all.set(values, from * each)
  }
  return all
}
