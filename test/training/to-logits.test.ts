import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, test } from 'vitest'
import { startBackend } from '../../src/training/backend.ts'
import { ModelMisfitError } from '../../src/training/errors.ts'
import '../../src/training/layers-model/tensor-methods.ts'
import { toLogits } from '../../src/training/models/to-logits.ts'

beforeAll(async () => {
  ;(await startBackend('cpu')).select()
})

const l = layers.layers
const dense = (activation?: 'softmax' | 'relu') =>
  l.dense({ units: 3, activation, kernelInitializer: layers.initializers.glorotNormal({ seed: 5 }) })
/** A model of samples with two positions and four features each. */
const model = (...ending: layers.layers.Layer[]) =>
  layers.sequential({ layers: [l.reshape({ targetShape: [2, 4], inputShape: [2, 4] }), ...ending] })

const inputs = Float32Array.from({ length: 5 * 8 }, (_, i) => Math.sin(i * i))
const answers = (of: layers.LayersModel, softmax: boolean) =>
  tf.tidy(() => {
    const given = of.predict(tf.tensor3d(inputs, [5, 2, 4])) as tf.Tensor
    return (softmax ? tf.softmax(given) : given).dataSync()
  })

test.each([
  ['that is applied at each position', () => [l.timeDistributed({ layer: dense('softmax') })]],
  ['of its own, applied at each position', () => [dense(), l.timeDistributed({ layer: l.softmax() })]],
])('a softmax %s is left out', (_where, ending) => {
  const whole = model(...ending())
  const expected = answers(whole, false)
  const logits = toLogits('it', whole, { layers, classes: 3 })
  const actual = answers(logits, true)
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5)
  expect(answers(logits, false)[0]).not.toBeCloseTo(expected[0], 2)
  logits.dispose()
})

test('a model without softmax stays as it is', () => {
  const nested = model(dense(), layers.sequential({ layers: [l.dense({ units: 3, inputShape: [2, 3] })] }))
  expect(toLogits('it', nested, { layers, classes: 3 })).toBe(nested)
  nested.dispose()
})

test('a model with two outputs stays as it is, for whoever refuses it', () => {
  const input = layers.input({ shape: [4] })
  const outputs = [l.softmax(), l.softmax()].map(layer => layer.apply(input) as layers.SymbolicTensor)
  const forked = layers.model({ inputs: input, outputs })
  expect(toLogits('it', forked, { layers, classes: 4 })).toBe(forked)
  forked.dispose()
})

describe('one unit for two classes', () => {
  const oneUnit = (...ending: layers.layers.Layer[]) =>
    layers.sequential({ layers: [l.dense({ units: 5, activation: 'tanh', inputShape: [4] }), ...ending] })
  const unit = (activation?: 'sigmoid') => l.dense({ units: 1, activation, kernelInitializer: 'glorotNormal' })
  const samples = () => tf.tensor2d(inputs.subarray(0, 40), [10, 4])

  test.each([
    ['with sigmoid', () => [unit('sigmoid')]],
    ['with a sigmoid of its own', () => [unit(), l.activation({ activation: 'sigmoid' })]],
    [
      'of a model that is the last layer',
      () => [layers.sequential({ layers: [l.dense({ units: 1, activation: 'sigmoid', inputShape: [5] })] })],
    ],
  ])('%s becomes logits whose softmax is that probability and the rest', (_where, ending) => {
    const whole = oneUnit(...ending())
    const expected = tf.tidy(() => (whole.predict(samples()) as tf.Tensor).dataSync())
    const logits = toLogits('it', whole, { layers, classes: 2 })
    expect(logits.outputs[0].shape).toEqual([null, 2])
    const [z, p] = tf.tidy(() => {
      const given = logits.predict(samples()) as tf.Tensor
      return [given.dataSync(), tf.softmax(given).dataSync()]
    })
    for (const [i, value] of expected.entries()) {
      expect(z[2 * i]).toBe(0)
      expect(p[2 * i + 1]).toBeCloseTo(value, 5)
    }
    expect(logits.getUserDefinedMetadata()).toEqual({ hearsayLeftOut: 'sigmoid' })
    logits.dispose()
  })

  test('without an activation is that logit already, and nothing is left out', () => {
    const whole = oneUnit(unit())
    const expected = tf.tidy(() => (whole.predict(samples()) as tf.Tensor).dataSync())
    const logits = toLogits('it', whole, { layers, classes: 2 })
    const given = tf.tidy(() => (logits.predict(samples()) as tf.Tensor).dataSync())
    expect([...given]).toEqual([...expected].flatMap(value => [0, value]))
    expect(logits.getUserDefinedMetadata()).toBeUndefined()
    logits.dispose()
  })

  test('at each position of a sequence is a pair at each', () => {
    const whole = layers.sequential({ layers: [l.dense({ units: 1, activation: 'sigmoid', inputShape: [2, 4] })] })
    const logits = toLogits('it', whole, { layers, classes: 2 })
    expect(logits.outputs[0].shape).toEqual([null, 2, 2])
    const given = tf.tidy(() => (logits.predict(tf.tensor3d(inputs, [5, 2, 4])) as tf.Tensor).dataSync())
    expect(given.filter((_, i) => i % 2 === 0).every(value => value === 0)).toBe(true)
    expect(given.some(value => value !== 0)).toBe(true)
    logits.dispose()
  })
})

describe('an ending that gives no logits is refused, with what it means and what to do', () => {
  const units = (count: number, activation?: 'sigmoid' | 'tanh' | 'relu' | 'softmax') =>
    l.dense({ units: count, activation, inputShape: [4], name: 'last' })
  test.each<[string, () => layers.layers.Layer[], RegExp]>([
    [
      'sigmoid over a unit for each class',
      () => [units(3, 'sigmoid')],
      /^it ends in sigmoid over 3 units \(layer last\), which says of each unit by itself/,
    ],
    [
      'one unit with sigmoid for three classes',
      () => [units(1, 'sigmoid')],
      /sigmoid over one unit .*a unit for each of 3 classes; in Keras/,
    ],
    [
      'tanh',
      () => [units(3, 'tanh')],
      /tanh over 3 units .*between -1 and 1\. Let it end in softmax or in no activation/,
    ],
    ['relu', () => [units(3, 'relu')], /relu over 3 units .*never below 0/],
    [
      'a rectifier of its own',
      () => [units(3), l.reLU({ name: 'rectified' })],
      /relu over 3 units \(layer rectified\)/,
    ],
    ['a leaky one', () => [units(3), l.leakyReLU()], /LeakyReLU over 3 units/],
    ['softmax over one unit', () => [units(1, 'softmax')], /softmax over one unit .*always 1/],
    [
      'softmax that is put into another shape',
      () => [units(6, 'softmax'), l.reshape({ targetShape: [2, 3] })],
      /moved about/,
    ],
    [
      'softmax over positions',
      () => [l.reshape({ targetShape: [2, 3], inputShape: [6] }), l.softmax({ axis: 1 })],
      /Softmax of axis 1/,
    ],
    [
      'a recurrent layer',
      () => [l.lstm({ units: 3, inputShape: [2, 4], name: 'memory' })],
      /tanh over 3 units \(layer memory\)/,
    ],
    [
      'both ways',
      () => [l.bidirectional({ layer: l.lstm({ units: 3 }) as layers.RNN, mergeMode: 'sum', inputShape: [2, 4] })],
      /ends in tanh/,
    ],
    [
      'of a model that is the last layer',
      () => [units(4), layers.sequential({ layers: [l.dense({ units: 3, activation: 'tanh', inputShape: [4] })] })],
      /ends in tanh/,
    ],
  ])('%s', (_what, ending, message) => {
    const whole = layers.sequential({ layers: ending() })
    expect(() => toLogits('it', whole, { layers, classes: 3 })).toThrow(message)
    expect(() => toLogits('it', whole, { layers, classes: 3 })).toThrow(ModelMisfitError)
    whole.dispose()
  })

  test('while a softmax leaves whatever is before it as logits, and a logarithm of one is logits itself', () => {
    const rectified = layers.sequential({ layers: [units(3, 'relu'), l.softmax({ axis: -1 })] })
    expect(toLogits('it', rectified, { layers, classes: 3 }).getUserDefinedMetadata()).toEqual({
      hearsayLeftOut: 'softmax',
    })
    const logarithm = layers.sequential({
      layers: [l.dense({ units: 3, activation: 'logSoftmax' as 'softmax', inputShape: [4] })],
    })
    expect(toLogits('it', logarithm, { layers, classes: 3 })).toBe(logarithm)
    for (const made of [rectified, logarithm]) made.dispose()
  })
})

describe('for measured values', () => {
  test('a model without an activation at its end stays as it is, with one unit as well', () => {
    const whole = layers.sequential({ layers: [l.dense({ units: 1, inputShape: [4] })] })
    expect(toLogits('it', whole, { layers, classes: 0 })).toBe(whole)
    expect(whole.outputs[0].shape).toEqual([null, 1])
    whole.dispose()
  })

  test.each(['softmax', 'sigmoid', 'relu', 'tanh'] as const)('%s at the end is refused', activation => {
    const whole = layers.sequential({ layers: [l.dense({ units: 1, activation, inputShape: [4], name: 'last' })] })
    expect(() => toLogits('it', whole, { layers, classes: 0 })).toThrow(
      `it ends in ${activation} (layer last), and a measured value may be any number`,
    )
    whole.dispose()
  })
})
