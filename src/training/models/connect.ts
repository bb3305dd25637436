import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { createRandom } from '../../random/random.ts'
import type { ModelRequest } from './family.ts'

/**
 * A model of layers that are connected one to the next.
 *
 * @param connect from the input, `[batch, …shape]`, to logits; `seedOf` is the seed of a layer's initial parameters
 */
export function connectModel(
  { layers, shape, seed }: ModelRequest,
  connect: (input: SymbolicTensor, seedOf: (layer: string) => number) => SymbolicTensor,
): LayersModel {
  const random = createRandom(seed)
  const input = layers.input({ shape: [...shape] })
  // TensorFlow.js takes seed 0 for none.
  const seedOf = (layer: string) => 1 + random.fork(layer).integer(2 ** 31 - 1)
  return layers.model({ inputs: input, outputs: connect(input, seedOf), name: 'model' })
}
