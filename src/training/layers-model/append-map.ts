import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import type { AffineMap } from '../../data/affine-map.ts'

/**
 * A model whose values are in the units of the data, of one that gives them as they were standardised for it: y ↦ y · scale + shift. The
 * layer is batch normalisation with fixed statistics, as in `prependMap`. Takes the model over: what is disposed is the result.
 *
 * @param model from samples to standardised values, `[batch, outputs]`
 * @param map by which its values were standardised, `[outputs]`
 */
export function appendMap(model: layers.LayersModel, { shift, scale }: AffineMap): layers.LayersModel {
  // Of mean 0 and variance 1, to which nothing is added: what is left is the gain and the offset.
  const units = layers.layers.batchNormalization({ name: 'units', trainable: false, epsilon: 0 })
  const [output] = model.outputs
  const values = units.apply(output) as layers.SymbolicTensor
  const [ones, zeros] = [tf.ones([scale.length]), tf.zeros([scale.length])]
  const weights = [tf.tensor1d([...scale]), tf.tensor1d([...shift]), zeros, ones]
  units.setWeights(weights)
  tf.dispose(weights)
  return layers.model({ inputs: model.inputs, outputs: values, name: model.name })
}
