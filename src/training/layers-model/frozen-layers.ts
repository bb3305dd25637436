import type { LayersModel, layers } from '@tensorflow/tfjs-layers'
import { classNameOf, partsOf } from './parts.ts'

type Layer = layers.Layer
export type Weight = Layer['weights'][number]

/**
 * The weights of frozen layers, and of all within them. Those that an unfrozen layer does not learn by gradients, as the statistics of
 * its batch normalisation, are not among them: they move.
 */
export function frozenWeights(model: LayersModel): ReadonlySet<Weight> {
  const frozen = new Set<Weight>()
  for (const part of partsOf(model) as Partial<Layer>[]) {
    if (part.trainable === false) for (const weight of part.weights ?? []) frozen.add(weight)
  }
  for (const weight of model.trainableWeights) frozen.delete(weight)
  return frozen
}

/**
 * Makes frozen batch normalisation normalise by the statistics that it has, and leave them as they are, as Keras does. TensorFlow.js would
 * go on to change them while it trains.
 */
export function holdFrozenStatistics(model: LayersModel): void {
  const frozen = frozenWeights(model)
  for (const part of partsOf(model)) {
    if (classNameOf(part) !== 'BatchNormalization') continue
    const layer = part as Layer
    if (!layer.weights.every(weight => frozen.has(weight))) continue
    const call = layer.call.bind(layer)
    layer.call = (inputs, kwargs) => call(inputs, { ...kwargs, training: false })
  }
}
