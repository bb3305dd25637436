import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'
import '../../../src/training/layers-model/tensor-methods.ts'

beforeAll(async () => {
  await startBackend('cpu')
  await startBackend('wasm')
})

const l = tfl.layers
const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed })
/** The default initializer of recurrent layers. */
const orthogonal = (seed: number) => tfl.initializers.orthogonal({ seed })

/**
 * One layer or more that common networks have, over images of 8 × 8 with three channels, or sequences of six tokens.
 */
const IMAGES: Readonly<Record<string, () => tfl.layers.Layer[]>> = {
  'batch normalisation': () => [
    l.conv2d({ filters: 4, kernelSize: 3, useBias: false, kernelInitializer: seeded(1) }),
    l.batchNormalization(),
    l.reLU(),
  ],
  'strides and batch normalisation': () => [
    l.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', kernelInitializer: seeded(1) }),
    l.batchNormalization(),
  ],
  'separable convolution': () => [
    l.separableConv2d({
      filters: 4,
      kernelSize: 3,
      activation: 'relu',
      depthwiseInitializer: seeded(1),
      pointwiseInitializer: seeded(2),
    }),
  ],
  'depthwise convolution': () => [
    l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, activation: 'relu', depthwiseInitializer: seeded(1) }),
  ],
  'transposed convolution': () => [
    l.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, kernelInitializer: seeded(1) }),
  ],
  'average pooling': () => [l.averagePooling2d({ poolSize: 2 })],
  'global pooling': () => [
    l.conv2d({ filters: 4, kernelSize: 3, activation: 'elu', kernelInitializer: seeded(1) }),
    l.globalAveragePooling2d({}),
    l.repeatVector({ n: 2 }),
  ],
  'layer normalisation and leaky rectifiers': () => [
    l.conv2d({ filters: 4, kernelSize: 3, kernelInitializer: seeded(1) }),
    l.layerNormalization(),
    l.leakyReLU(),
  ],
  'upsampling, padding and rectifiers of learned slope': () => [
    l.upSampling2d({ size: [2, 2] }),
    l.zeroPadding2d({ padding: 1 }),
    l.prelu({}),
  ],
  'a dense layer over channels with every common activation': () => [
    l.dense({ units: 5, activation: 'tanh', kernelInitializer: seeded(1) }),
    l.dense({ units: 5, activation: 'sigmoid', kernelInitializer: seeded(2) }),
    l.dense({ units: 5, activation: 'selu', kernelInitializer: seeded(3) }),
    l.dense({ units: 5, activation: 'softplus', kernelInitializer: seeded(4) }),
    l.dense({ units: 5, activation: 'swish', kernelInitializer: seeded(5) }),
    l.dense({ units: 5, activation: 'softmax', kernelInitializer: seeded(6) }),
  ],
}

const SEQUENCES: Readonly<Record<string, () => tfl.layers.Layer[]>> = {
  'an embedding': () => [],
  GRU: () => [
    l.gru({ units: 5, kernelInitializer: seeded(1), recurrentInitializer: orthogonal(2), returnSequences: true }),
  ],
  LSTM: () => [
    l.lstm({ units: 5, kernelInitializer: seeded(1), recurrentInitializer: orthogonal(2), returnSequences: true }),
  ],
  'a bidirectional network': () => [
    l.bidirectional({
      layer: l.simpleRNN({
        units: 5,
        kernelInitializer: seeded(1),
        recurrentInitializer: seeded(2),
        returnSequences: true,
      }) as tfl.RNN,
      mergeMode: 'concat',
    }),
  ],
  'convolution along time': () => [
    l.conv1d({ filters: 4, kernelSize: 3, activation: 'relu', kernelInitializer: seeded(1) }),
  ],
}

const wave = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * i))

/** Loss, and all weights, after three steps of momentum on the same batch. */
function trained(backend: string, inputs: () => tf.Tensor, build: () => tfl.layers.Layer[]): readonly Float32Array[] {
  tf.setBackend(backend)
  return tf.tidy(() => {
    const x = inputs()
    const model = tfl.sequential({
      layers: [...build(), l.flatten(), l.dense({ units: 3, kernelInitializer: seeded(9) })],
    })
    model.build(x.shape)
    const wanted = tf.tensor2d(wave(x.shape[0] * 3), [x.shape[0], 3])
    const optimizer = tf.train.momentum(0.01, 0.9)
    const losses = [1, 2, 3].map(() =>
      optimizer.minimize(
        () => tf.mean(tf.squaredDifference(model.apply(x, { training: true }) as tf.Tensor, wanted)) as tf.Scalar,
        true,
      ),
    )
    const results = [...losses.map(loss => loss ?? tf.scalar(Number.NaN)), ...model.getWeights()]
    const values = results.map(tensor => tensor.dataSync<'float32'>().slice())
    model.dispose()
    optimizer.dispose()
    return values
  })
}

function expectAgreement(inputs: () => tf.Tensor, build: () => tfl.layers.Layer[]): void {
  const expected = trained('cpu', inputs, build)
  const actual = trained('wasm', inputs, build)
  expect(actual.length).toBe(expected.length)
  // The first loss is from before training, the third from after two steps.
  expect(actual[2][0]).not.toBe(actual[0][0])
  for (const [i, values] of expected.entries()) {
    const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3)
    for (const [j, value] of values.entries()) expect(Math.abs(actual[i][j] - value)).toBeLessThan(1e-3 * largest)
  }
}

const images = () => tf.tensor4d(wave(4 * 8 * 8 * 3), [4, 8, 8, 3])
test.each(Object.entries(IMAGES))('a network with %s trains on wasm as on the cpu', (_name, build) => {
  expectAgreement(images, () => {
    const layers = build()
    return layers.length === 0 ? layers : [l.activation({ activation: 'linear', inputShape: [8, 8, 3] }), ...layers]
  })
})

const tokens = () =>
  tf.tensor2d(
    Int32Array.from({ length: 4 * 6 }, (_, i) => (i * 7) % 11),
    [4, 6],
    'int32',
  )
test.each(Object.entries(SEQUENCES))('a network with %s trains on wasm as on the cpu', (_name, build) => {
  expectAgreement(tokens, () => [
    l.embedding({ inputDim: 11, outputDim: 4, inputLength: 6, embeddingsInitializer: seeded(3) }),
    ...build(),
  ])
})

test('a network with dilated convolution, which the cpu backend cannot train, trains on wasm', () => {
  const [before, , after] = trained('wasm', images, () => [
    l.conv2d({
      filters: 4,
      kernelSize: 3,
      dilationRate: 2,
      activation: 'relu',
      kernelInitializer: seeded(1),
      inputShape: [8, 8, 3],
    }),
  ])
  expect(after[0]).toBeLessThan(before[0])
})

test('recurrent layers with the initializers that they come with train on wasm', () => {
  const [before, , after] = trained('wasm', tokens, () => [
    l.embedding({ inputDim: 11, outputDim: 4, inputLength: 6 }),
    l.gru({ units: 5, returnSequences: true }),
    l.lstm({ units: 3, returnSequences: true }),
    l.simpleRNN({ units: 7 }),
    l.reshape({ targetShape: [7, 1] }),
  ])
  expect(after[0]).toBeLessThan(before[0])
})

test('every kernel of the cpu backend is there', () => {
  const missing = tf
    .getKernelsForBackend('cpu')
    .map(({ kernelName }) => kernelName)
    .filter(name => (tf.getKernel(name, 'wasm') as tf.KernelConfig | undefined) === undefined)
  expect(missing).toEqual([])
})

test('a borrowed kernel with several outputs gives them back and leaves nothing behind', () => {
  tf.setBackend('wasm')
  const x = tf.tensor1d([3, 1, 3, 2])
  const lender = tf.findBackend('cpu')
  const before = tf.memory().numDataBuffers
  const beforeOnCpu = lender.numDataIds()
  const { values, indices } = tf.unique(x)
  expect([...values.dataSync()]).toEqual([3, 1, 2])
  expect([...indices.dataSync()]).toEqual([0, 1, 0, 2])
  tf.dispose([values, indices])
  expect(tf.memory().numDataBuffers).toBe(before)
  expect(lender.numDataIds()).toBe(beforeOnCpu)
  x.dispose()
})
