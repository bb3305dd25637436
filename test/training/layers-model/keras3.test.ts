import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'
import { ModelFileError } from '../../../src/training/errors.ts'
import { buildModel } from '../../../src/training/layers-model/layers-model.ts'
import { parseModel } from '../../../src/training/models.ts'
import { missingData, realData } from '../../data/real-data.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const folder = temporaryFolder()
let count = 0

beforeAll(async () => {
  ;(await startBackend('cpu')).select()
})

type Json = Record<string, unknown>

/** A layer in the words of Keras 3. */
const layer = (class_name: string, config: Json, more: Json = {}) => ({
  module: 'keras.layers',
  class_name,
  config: { trainable: true, dtype: { class_name: 'DTypePolicy', config: { name: 'float32' } }, ...config },
  registered_name: null,
  build_config: { input_shape: [null, 4] },
  ...more,
})
const input = (shape: number[], name = 'input_layer') =>
  layer('InputLayer', { batch_shape: [null, ...shape], dtype: 'float32', sparse: false, ragged: false, name })
const dense = (name: string, units: number, activation: string, more: Json = {}) =>
  layer('Dense', {
    name,
    units,
    activation,
    use_bias: true,
    kernel_initializer: { class_name: 'GlorotUniform' },
    quantization_config: null,
    ...more,
  })
const tensorOf = (from: string) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 4], dtype: 'float32', keras_history: [from, 0, 0] },
})
const appliedTo = (...args: unknown[]) => ({ inbound_nodes: [{ args, kwargs: {} }] })

/** Writes a model whose weights are 0.1, 0.2, …, one after the other. */
function write(config: Json, class_name: string, weights: [name: string, shape: number[]][]): string {
  const path = join(folder.path, `keras${++count}`)
  mkdirSync(path)
  const size = weights.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0)
  writeFileSync(
    join(path, 'w.bin'),
    Float32Array.from({ length: size }, (_, i) => (i + 1) / 10),
  )
  const manifest = weights.map(([name, shape]) => ({ name, shape, dtype: 'float32' }))
  const file = join(path, 'model.json')
  writeFileSync(
    file,
    JSON.stringify({
      modelTopology: { keras_version: '3.6.0', backend: 'tensorflow', model_config: { class_name, config } },
      weightsManifest: [{ paths: ['w.bin'], weights: manifest }],
    }),
  )
  return file
}

const sequential = (...inner: unknown[]) => ({ name: 'sequential', trainable: true, layers: inner })
const build = (file: string, shape: number[], classes: number) =>
  buildModel(parseModel(`tfjs:${file}`), { shape, classes, seed: 1 })

async function outputs(file: string, shape: number[], classes: number, values: number[]): Promise<number[]> {
  const model = await build(file, shape, classes)
  const given = tf.tidy(() => [...(model.predict(tf.tensor(values, [1, ...shape])) as tf.Tensor).dataSync()])
  model.dispose()
  return given
}

describe('a model of Keras 3', () => {
  test('that is sequential computes what its weights say', async () => {
    const file = write(
      sequential(
        input([2]),
        dense('dense', 2, 'relu'),
        layer('Dropout', { name: 'dropout', rate: 0.5, seed: null, noise_shape: null }),
        dense('dense_1', 2, 'softmax'),
      ),
      'Sequential',
      [
        ['sequential/dense/kernel', [2, 2]],
        ['sequential/dense/bias', [2]],
        ['sequential/dense_1/kernel', [2, 2]],
        ['sequential/dense_1/bias', [2]],
      ],
    )
    // x = (1, -1): x [[.1, .2], [.3, .4]] + (.5, .6) = (.3, .4), then [[.7, .8], [.9, 1]] and (1.1, 1.2).
    const [first, second] = await outputs(file, [2], 2, [1, -1])
    expect(first).toBeCloseTo(0.3 * 0.7 + 0.4 * 0.9 + 1.1, 5)
    expect(second).toBeCloseTo(0.3 * 0.8 + 0.4 * 1 + 1.2, 5)
  })

  test.each([
    ['one input', ['input_layer', 0, 0], ['sum', 0, 0]],
    ['lists of inputs', [['input_layer', 0, 0]], [['sum', 0, 0]]],
  ])('that is functional, with %s, is the same graph', async (_form, input_layers, output_layers) => {
    const config = {
      name: 'functional',
      input_layers,
      output_layers,
      layers: [
        { ...input([2]), name: 'input_layer', inbound_nodes: [] },
        { ...dense('left', 2, 'linear'), name: 'left', ...appliedTo(tensorOf('input_layer')) },
        { ...dense('right', 2, 'silu'), name: 'right', ...appliedTo(tensorOf('left')) },
        { ...layer('Add', { name: 'sum' }), name: 'sum', ...appliedTo([tensorOf('left'), tensorOf('right')]) },
      ],
    }
    const file = write(config, 'Functional', [
      ['left/kernel', [2, 2]],
      ['left/bias', [2]],
      ['right/kernel', [2, 2]],
      ['right/bias', [2]],
    ])
    const [first] = await outputs(file, [2], 2, [1, -1])
    const z = 0.3 * 0.7 + 0.4 * 0.9 + 1.1
    expect(first).toBeCloseTo(0.3 + z / (1 + Math.exp(-z)), 5)
  })

  test('leaky rectifiers have the slope that they had, which TensorFlow.js calls by another name', async () => {
    const file = write(
      sequential(
        input([1]),
        dense('one', 1, 'linear'),
        layer('LeakyReLU', { name: 'leaky', negative_slope: 0.5 }),
        dense('two', 2, 'linear'),
      ),
      'Sequential',
      [
        ['sequential/one/kernel', [1, 1]],
        ['sequential/one/bias', [1]],
        ['sequential/two/kernel', [1, 2]],
        ['sequential/two/bias', [2]],
      ],
    )
    // 0.1 x + 0.2 at -12 is -1, halved.
    expect((await outputs(file, [1], 2, [-12]))[0]).toBeCloseTo(-0.5 * 0.3 + 0.5, 5)
  })

  test.each<[string, Json[], RegExp]>([
    [
      'a layer that is not known for certain',
      [input([4]), layer('GRU', { name: 'gru', units: 2 })],
      /the layer gru is a GRU\. export it with Keras 2: pip install tf_keras tensorflowjs, set TF_USE_LEGACY_KERAS=1/,
    ],
    [
      'a field that TensorFlow.js would not heed',
      [input([4]), layer('LayerNormalization', { name: 'norm', axis: -1, rms_scaling: true })],
      /the layer norm, a LayerNormalization, says rms_scaling: true/,
    ],
    [
      'an activation that was another function',
      [input([4]), dense('dense', 2, 'hard_sigmoid')],
      /the layer dense has the activation "hard_sigmoid"/,
    ],
    [
      'a model within',
      [input([4]), layer('Sequential', sequential(dense('dense', 2, 'linear')))],
      /the layer sequential is a Sequential/,
    ],
    [
      'weights of other layers',
      [input([4]), dense('dense', 2, 'linear')],
      /no target variable: sequential\/other\/kernel.*TF_USE_LEGACY_KERAS/,
    ],
  ])('with %s is refused, with the reason and what to type', async (_what, inner, message) => {
    const file = write(sequential(...inner), 'Sequential', [['sequential/other/kernel', [4, 2]]])
    await expect(build(file, [4], 2)).rejects.toThrow(ModelFileError)
    await expect(build(file, [4], 2)).rejects.toThrow(message)
  })

  test('that calls a layer with arguments is refused', async () => {
    const called = { inbound_nodes: [{ args: [tensorOf('input_layer')], kwargs: { training: true, mask: null } }] }
    const config = {
      name: 'm',
      input_layers: ['input_layer', 0, 0],
      output_layers: ['dense', 0, 0],
      layers: [
        { ...input([4]), name: 'input_layer', inbound_nodes: [] },
        { ...dense('dense', 2, 'linear'), name: 'dense', ...called },
      ],
    }
    await expect(build(write(config, 'Functional', [['dense/kernel', [4, 2]]]), [4], 2)).rejects.toThrow(
      'the layer dense is applied with training: true',
    )
  })
})

describe('weights of float16', () => {
  test.each([
    ['in two bytes each', (values: number[]) => new Float16Array(values)],
    ['in four, as some converters write them', (values: number[]) => new Float32Array(values)],
  ])('%s are read as float32', async (_where, encode) => {
    const path = join(folder.path, `half${++count}`)
    mkdirSync(path)
    writeFileSync(join(path, 'w.bin'), encode([0.5, -0.25, 1.5, 2]))
    const config = {
      name: 's',
      layers: [
        { class_name: 'Dense', config: { name: 'dense', units: 2, use_bias: false, batch_input_shape: [null, 2] } },
      ],
    }
    writeFileSync(
      join(path, 'model.json'),
      JSON.stringify({
        modelTopology: { class_name: 'Sequential', config },
        weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'dense/kernel', shape: [2, 2], dtype: 'float16' }] }],
      }),
    )
    const model = await build(join(path, 'model.json'), [2], 2)
    expect(model.weights.map(weight => weight.read().dtype)).toEqual(['float32'])
    expect([...model.weights[0].read().dataSync()]).toEqual([0.5, -0.25, 1.5, 2])
    model.dispose()
  })
})

describe('models that people brought', () => {
  test.for<[string, number[], number]>([
    ['k3seq', [2], 3],
    ['k2half', [2], 3],
    ['k2sig1', [2], 2],
  ])('%s is built', async ([name, shape, classes], context) => {
    const path = realData(`cases/${name}/model.json`)
    if (path === undefined) return context.skip(missingData(`cases/${name}`))
    const model = await build(path, shape, classes)
    expect(model.outputs[0].shape).toEqual([null, classes])
    model.dispose()
  })
})
