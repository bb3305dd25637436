import type { LayersModel } from '@tensorflow/tfjs-layers'
import { applyMap } from '../data/affine-map.ts'
import type { ModelMaps } from './model-maps.ts'

/**
 * What a model says of samples as people have them.
 *
 * @param model as it is trained, from standardised samples to logits or standardised values
 * @param inputs `[samples, …shape]`, NaN where a number is missing
 * @returns probabilities, `[samples, …, classes]`; of a regression values in the units of the data, `[samples, outputs]`
 */
export async function predictSamples(
  model: LayersModel,
  inputs: Float32Array,
  shape: readonly number[],
  { features, targets }: ModelMaps,
): Promise<Float64Array> {
  const { predictionsOf } = await import('../training/layers-model/predict.ts')
  const mapped = features === undefined ? inputs : new Float32Array(inputs.length)
  if (features !== undefined) applyMap(features, inputs, mapped)
  const answer = targets === undefined ? 'probabilities' : 'values'
  const predicted = new Float64Array(await predictionsOf(model, mapped, shape, answer))
  if (targets === undefined) return predicted
  const { shift, scale } = targets
  return predicted.map((value, i) => value * scale[i % scale.length] + shift[i % scale.length])
}
