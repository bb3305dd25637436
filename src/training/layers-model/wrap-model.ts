import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import type { AffineMap } from '../../data/affine-map.ts'
import { partsOf } from './parts.ts'
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
  const named = freeNames(model)
  const input = layers.input({ shape: [...shape], name: named('samples') })
  const samples = features === undefined ? input : standardised(input, shape, features, named)
  const output = model.apply(samples) as layers.SymbolicTensor
  return layers.model({
    inputs: input,
    outputs: targets === undefined ? output : inUnits(output, targets, named),
    name: model.name,
  })
}

/** The model that {@link wrapModel} was given, out of one that it has wrapped. What is to be disposed is the wrapped one. */
export function unwrapModel(model: layers.LayersModel): layers.LayersModel {
  const inner = model.layers.find(layer => layer instanceof layers.LayersModel)
  return inner instanceof layers.LayersModel ? inner : model
}

type Naming = (name: string) => string

/** Names that no layer of the model has: it may be one that was wrapped itself, and TensorFlow.js reads none with a name twice. */
function freeNames(model: layers.LayersModel): Naming {
  const taken = new Set((partsOf(model) as { readonly name?: string }[]).map(({ name }) => name))
  return function free(name): string {
    return taken.has(name) ? free(`${name}_`) : name
  }
}

function standardised(
  input: layers.SymbolicTensor,
  shape: readonly number[],
  map: AffineMap,
  named: Naming,
): layers.SymbolicTensor {
  const layer = layers.layers.batchNormalization({
    name: named(STANDARDISE),
    center: false,
    scale: false,
    trainable: false,
    // Nothing is to be added to the variance: none of these is 0.
    epsilon: 0,
  })
  const flat = shape.length === 1 ? input : layers.layers.flatten({ name: named('features') }).apply(input)
  const mapped = layer.apply(flat)
  setWeights(layer, [map.shift, map.scale.map(scale => scale ** 2)])
  const back = () => layers.layers.reshape({ name: named('standardised'), targetShape: [...shape] }).apply(mapped)
  return (shape.length === 1 ? mapped : back()) as layers.SymbolicTensor
}

function inUnits(output: layers.SymbolicTensor, { shift, scale }: AffineMap, named: Naming): layers.SymbolicTensor {
  const layer = layers.layers.batchNormalization({ name: named(UNITS), trainable: false, epsilon: 0 })
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
