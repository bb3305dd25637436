import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { Layers } from './family.ts'

/** `[batch, …shape]` to `[batch, features]`. TensorFlow.js has no flattening of what is flat. */
export function flatten(layers: Layers, input: SymbolicTensor): SymbolicTensor {
  if (input.shape.length === 2) return input
  return layers.layers.flatten({ name: 'flatten' }).apply(input) as SymbolicTensor
}
