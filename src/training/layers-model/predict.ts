import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { evaluationBatch } from './evaluation-batch.ts'

/**
 * @param model from `[batch, …shape]` to logits, `[batch, …, classes]`
 * @param inputs `[samples, …shape]`, sample after sample
 * @returns for each sample the probabilities of its classes, `[…, classes]`
 */
export async function probabilitiesOf(
  model: LayersModel,
  inputs: Float32Array,
  shape: readonly number[],
): Promise<Float32Array[]> {
  return answersOf(model, inputs, shape, tf.softmax)
}

/**
 * @param model from `[batch, …shape]` to values, `[batch, outputs]`
 * @param inputs `[samples, …shape]`, sample after sample
 * @returns for each sample its values, `[outputs]`
 */
export async function valuesOf(
  model: LayersModel,
  inputs: Float32Array,
  shape: readonly number[],
): Promise<Float32Array[]> {
  return answersOf(model, inputs, shape, given => given)
}

async function answersOf(
  model: LayersModel,
  inputs: Float32Array,
  shape: readonly number[],
  ending: (given: tf.Tensor) => tf.Tensor,
): Promise<Float32Array[]> {
  const width = shape.reduce((product, size) => product * size, 1)
  const count = inputs.length / width
  const batch = evaluationBatch(model)
  const rows: Float32Array[] = []
  for (let from = 0; from < count; from += batch) {
    const to = Math.min(from + batch, count)
    const answers = tf.tidy(() => {
      const samples = tf.tensor(inputs.subarray(from * width, to * width), [to - from, ...shape])
      return ending(model.predict(samples) as tf.Tensor)
    })
    const values = await answers.data<'float32'>()
    answers.dispose()
    const length = values.length / (to - from)
    for (let row = 0; row < to - from; row++) rows.push(values.slice(row * length, (row + 1) * length))
  }
  return rows
}
