import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { CNN_CHANNELS, CNN_DENSE_UNITS } from '../constants.ts'
import { connectModel } from './connect.ts'
import type { ModelFamily, ModelRequest } from './family.ts'
import { logits } from './logits.ts'
import { sequencesMisfit } from './one-answer.ts'

/** Below it nothing is left after two convolutions of 3×3 without padding, and two poolings: 10 → 8 → 4 → 2 → 1. */
const SMALLEST_SIDE = 10

/** Twice a convolution of 3×3 with ReLU and max-pooling of 2×2, and a dense layer: a small LeNet for small images. */
export const cnn: ModelFamily = {
  parse(argument) {
    if (argument !== undefined) return undefined
    return {
      name: 'cnn',
      misfit(shape, sequences) {
        const [height, width] = shape
        if (shape.length !== 2 && shape.length !== 3)
          return `it takes images, [height, width] or [height, width, channels]`
        if (Math.min(height, width) < SMALLEST_SIDE) {
          return `it takes images of at least [${SMALLEST_SIDE}, ${SMALLEST_SIDE}]`
        }
        return sequencesMisfit(sequences)
      },
      build: async request => connectModel(request, (input, seedOf) => connect(request, input, seedOf)),
    }
  },
}

function connect(request: ModelRequest, input: SymbolicTensor, seedOf: (layer: string) => number): SymbolicTensor {
  const { layers, shape } = request
  // Grey images often come without an axis for their one channel.
  let output =
    shape.length === 3
      ? input
      : (layers.layers.reshape({ name: 'channel', targetShape: [...shape, 1] }).apply(input) as SymbolicTensor)
  for (const [index, filters] of CNN_CHANNELS.entries()) {
    const name = `convolution${index + 1}`
    const convolution = layers.layers.conv2d({
      name,
      filters,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: layers.initializers.heUniform({ seed: seedOf(name) }),
    })
    const pooling = layers.layers.maxPooling2d({ name: `pooling${index + 1}`, poolSize: 2 })
    output = pooling.apply(convolution.apply(output)) as SymbolicTensor
  }
  const dense = layers.layers.dense({
    name: 'dense',
    units: CNN_DENSE_UNITS,
    activation: 'relu',
    kernelInitializer: layers.initializers.heUniform({ seed: seedOf('dense') }),
  })
  const flat = layers.layers.flatten({ name: 'flatten' }).apply(output)
  return logits(request, seedOf).apply(dense.apply(flat)) as SymbolicTensor
}
