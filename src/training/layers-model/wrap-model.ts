import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import type { AffineMap } from '../../data/affine-map.ts'
import { STANDARDISE, UNITS } from './wrapping-layers.ts'

/**
 * A model that takes samples as they are, and maps them as those were mapped that the given one was trained on; and that gives
 * targets in their own units. Made of layers that every program knows: batch normalisation with fixed statistics is such a map. Takes the
 * model over: what is disposed is the result.
 *
 * No layer of TensorFlow.js tells a number from what is none, so a missing one is to be given as the mean, the features' shift.
 *
 * @param shape of one sample
 */
export function wrapModel(
  model: layers.LayersModel,
  shape: readonly number[],
  { features, targets }: { readonly features?: AffineMap; readonly targets?: AffineMap },
): layers.LayersModel {
  if (features === undefined && targets === undefined) return model
  const input = layers.input({ shape: [...shape], name: 'samples' })
  const samples = features === undefined ? input : standardised(input, shape, features)
  const output = model.apply(samples) as layers.SymbolicTensor
  return layers.model({
    inputs: input,
    outputs: targets === undefined ? output : inUnits(output, targets),
    name: model.name,
  })
}

/** The model that {@link wrapModel} was given. What is to be disposed is the wrapped one. */
export function unwrapModel(model: layers.LayersModel): layers.LayersModel {
  const inner = model.layers.find(layer => layer instanceof layers.LayersModel)
  const isWrapped = model.layers.some(({ name }) => name === STANDARDISE || name === UNITS)
  return isWrapped && inner instanceof layers.LayersModel ? inner : model
}

function standardised(input: layers.SymbolicTensor, shape: readonly number[], map: AffineMap): layers.SymbolicTensor {
  const layer = layers.layers.batchNormalization({
    name: STANDARDISE,
    center: false,
    scale: false,
    trainable: false,
    // Nothing is to be added to the variance: none of these is 0.
    epsilon: 0,
  })
  const flat = shape.length === 1 ? input : layers.layers.flatten({ name: 'features' }).apply(input)
  const mapped = layer.apply(flat)
  setWeights(layer, [map.shift, map.scale.map(scale => scale ** 2)])
  const back = () => layers.layers.reshape({ name: 'standardised', targetShape: [...shape] }).apply(mapped)
  return (shape.length === 1 ? mapped : back()) as layers.SymbolicTensor
}

function inUnits(output: layers.SymbolicTensor, { shift, scale }: AffineMap): layers.SymbolicTensor {
  const layer = layers.layers.batchNormalization({ name: UNITS, trainable: false, epsilon: 0 })
  const mapped = layer.apply(output)
  // In the order of TensorFlow.js: γ, β, and the moving mean and variance of what comes in, which stays as it is.
  setWeights(layer, [scale, shift, shift.map(() => 0), shift.map(() => 1)])
  return mapped as layers.SymbolicTensor
}

function setWeights(layer: layers.layers.Layer, vectors: readonly Float64Array[]): void {
  const weights = vectors.map(vector => tf.tensor1d([...vector]))
  layer.setWeights(weights)
  tf.dispose(weights)
}
