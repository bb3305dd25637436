import type { ModelRequest } from '../../src/training/models/family.ts'

/** The benchmark's network for images: two convolutions of 3×3, each with max-pooling, and one dense layer. */
export default function smallCnn({ layers, shape, classes }: ModelRequest) {
  const l = layers.layers
  const inputShape = [...shape]
  return layers.sequential({
    layers: [
      l.conv2d({ name: 'convolution1', filters: 16, kernelSize: 3, activation: 'relu', inputShape }),
      l.maxPooling2d({ name: 'pooling1', poolSize: 2 }),
      l.conv2d({ name: 'convolution2', filters: 32, kernelSize: 3, activation: 'relu' }),
      l.maxPooling2d({ name: 'pooling2', poolSize: 2 }),
      l.flatten({ name: 'flatten' }),
      l.dense({ name: 'logits', units: classes }),
    ],
  })
}
