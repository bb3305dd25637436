import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import type { AffineMap } from '../../data/affine-map.ts'

/**
 * A model that takes samples as they are and maps them as those were mapped that the given one was trained on. Made of
 * layers that every program knows: batch normalisation with fixed statistics is such a map. Takes the model over: what is
 * disposed is the result.
 *
 * @param shape of one sample
 */
export function prependMap(model: layers.LayersModel, shape: readonly number[], map: AffineMap): layers.LayersModel {
  const standardise = layers.layers.batchNormalization({
    name: 'standardise',
    center: false,
    scale: false,
    trainable: false,
    // Nothing is to be added to the variance: none of these is 0.
    epsilon: 0,
  })
  const input = layers.input({ shape: [...shape], name: 'samples' })
  const flat = shape.length === 1 ? input : layers.layers.flatten({ name: 'features' }).apply(input)
  const mapped = standardise.apply(flat)
  const shaped =
    shape.length === 1 ? mapped : layers.layers.reshape({ name: 'standardised', targetShape: [...shape] }).apply(mapped)
  const statistics = [tf.tensor1d([...map.shift]), tf.tensor1d(Array.from(map.scale, scale => scale ** 2))]
  standardise.setWeights(statistics)
  tf.dispose(statistics)
  return layers.model({ inputs: input, outputs: model.apply(shaped) as layers.SymbolicTensor, name: model.name })
}
