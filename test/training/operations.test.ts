import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/random/random.ts'
import { startBackend } from '../../src/training/backend.ts'
import { affine } from '../../src/training/operations/affine.ts'
import { causalAttention } from '../../src/training/operations/causal-attention.ts'
import { embed } from '../../src/training/operations/embed.ts'
import { gelu } from '../../src/training/operations/gelu.ts'
import { layerNorm } from '../../src/training/operations/layer-norm.ts'

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor

const attention = { batch: 2, positions: 5, heads: 3, width: 2 }
const ids = [
  [0, 3, 3],
  [2, 0, 1],
]

/** Each with the shapes of what it is differentiated by. */
const OPERATIONS: Readonly<Record<string, { shapes: number[][]; apply: Operation }>> = {
  'an affine map': {
    shapes: [[4, 3], [3, 5], [5]],
    apply: (x, w, b) => affine(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D),
  },
  'layer normalisation': {
    shapes: [[3, 6], [6], [6]],
    apply: (x, γ, β) => layerNorm(x as tf.Tensor2D, γ as tf.Tensor1D, β as tf.Tensor1D, 1e-5),
  },
  GELU: { shapes: [[4, 5]], apply: x => gelu(x) },
  'causal attention': { shapes: [[10, 18]], apply: qkv => causalAttention(qkv as tf.Tensor2D, attention) },
  embedding: {
    shapes: [
      [8, 5],
      [3, 5],
    ],
    apply: (tables, places) =>
      embed(tf.tensor2d(ids, [2, 3], 'int32'), tables as tf.Tensor2D, places as tf.Tensor2D, 4),
  },
}

const values = (size: number, seed: string) => {
  const random = createRandom(seed)
  return Float32Array.from({ length: size }, () => random.normal())
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    ;(await startBackend(backend)).select()
  })

  test.each(Object.entries(OPERATIONS))('the gradient of %s is that of finite differences', (name, operation) => {
    const { shapes, apply } = operation
    const inputs = shapes.map((shape, i) => values(tf.util.sizeFromShape(shape), `${name}/${i}`))
    /** A weighted sum of all outputs, so that every one of them has a slope of its own. */
    const objective: (...tensors: tf.Tensor[]) => tf.Scalar = (...tensors) => {
      const output = apply(...tensors)
      return tf.sum(tf.mul(output, tf.tensor(values(output.size, `${name}/weights`), output.shape)))
    }
    const toTensors = () => inputs.map((input, i) => tf.tensor(input, shapes[i]))
    const at = () => tf.tidy(() => objective(...toTensors()).dataSync()[0])
    const gradients = tf.tidy(() =>
      tf
        .grads(objective)(toTensors())
        .map(gradient => gradient.dataSync()),
    )
    const h = 1e-2
    for (const [i, input] of inputs.entries()) {
      for (const [j, value] of input.entries()) {
        input[j] = value + h
        const above = at()
        input[j] = value - h
        const slope = (above - at()) / (2 * h)
        input[j] = value
        expect(Math.abs(gradients[i][j] - slope), `input ${i}, element ${j}`).toBeLessThan(4e-3 * (1 + Math.abs(slope)))
      }
    }
  })

  test('GELU is x Φ(x), within its approximation', () => {
    // Φ from a table: Φ(1) = 0.841345, Φ(2) = 0.977250.
    const y = tf.tidy(() => gelu(tf.tensor1d([-2, -1, 0, 1, 2])).dataSync())
    const expected = [-2 * 0.02275, -0.158655, 0, 0.841345, 2 * 0.97725]
    for (const [i, value] of expected.entries()) expect(y[i]).toBeCloseTo(value, 3)
  })

  test('a normalised row has mean β and standard deviation γ', () => {
    const y = tf.tidy(() =>
      layerNorm(tf.tensor2d([[1, 2, 3, 4]]), tf.fill([4], 2), tf.fill([4], 7), 0).dataSync<'float32'>(),
    )
    const mean = y.reduce((sum, value) => sum + value, 0) / 4
    const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4
    expect(mean).toBeCloseTo(7, 5)
    expect(Math.sqrt(variance)).toBeCloseTo(2, 5)
  })

  test('a position is told of itself, of what stands before it, and of its place', () => {
    const tables = tf.tensor2d([1, 2, 3, 4, 10, 20, 30, 40], [8, 1])
    const told = tf.tidy(() =>
      embed(tf.tensor2d(ids, [2, 3], 'int32'), tables, tf.tensor2d([[100], [200], [300]]), 4).dataSync(),
    )
    tables.dispose()
    expect([...told]).toEqual([101, 204 + 10, 304 + 40, 103, 201 + 30, 302 + 10])
  })

  test('attention is what its definition says, head by head and position by position', () => {
    const { batch, positions, heads, width } = attention
    const columns = 3 * heads * width
    const qkv = values(batch * positions * columns, 'attention')
    const at = (sequence: number, position: number, part: number, head: number, i: number) =>
      qkv[(sequence * positions + position) * columns + (part * heads + head) * width + i]
    const output = tf.tidy(() => causalAttention(tf.tensor2d(qkv, [batch * positions, columns]), attention).dataSync())
    const range = (length: number) => Array.from({ length }, (_, i) => i)
    for (const sequence of range(batch)) {
      for (const position of range(positions)) {
        for (const head of range(heads)) {
          const weights = range(position + 1).map(before =>
            Math.exp(
              range(width).reduce(
                (sum, i) => sum + at(sequence, position, 0, head, i) * at(sequence, before, 1, head, i),
                0,
              ) / Math.sqrt(width),
            ),
          )
          const total = weights.reduce((sum, weight) => sum + weight, 0)
          for (const i of range(width)) {
            const expected = weights.reduce((sum, w, before) => sum + (w / total) * at(sequence, before, 2, head, i), 0)
            const actual = output[(sequence * positions + position) * heads * width + head * width + i]
            expect(actual).toBeCloseTo(expected, 4)
          }
        }
      }
    }
  })
})
