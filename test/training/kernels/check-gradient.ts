import * as tf from '@tensorflow/tfjs-core'
import { createRandom } from '../../../src/random/random.ts'
import type { GradientCase } from './gradient-cases.ts'

/** Relative to the largest element, or to the sum of absolute terms. */
export interface GradientErrors {
  /** Error of the operation and its gradients, against the cpu backend; undefined where that one cannot do it. */
  readonly cpu: number | undefined
  /** Error of the gradients, against central differences. */
  readonly differences: number
}

interface Evaluation {
  readonly values: readonly Float32Array[]
}

/** Computes one case with the wasm backend and compares. Both backends must be registered; leaves wasm selected. */
export function checkGradient(tried: GradientCase, seed: number): GradientErrors {
  const random = createRandom(seed)
  const length = (shape: readonly number[]) => tf.util.sizeFromShape([...shape])
  const args = tried.shapes.map(shape => drawValues(length(shape), tried.separation, () => random.uniform()))
  const probe = forward(tried, args)
  const dy = Float32Array.from(probe, () => 2 * random.uniform() - 1)

  const onWasm = evaluate('wasm', tried, args, dy)
  let cpu: number | undefined
  if (tried.cpu) {
    const onCpu = evaluate('cpu', tried, args, dy)
    cpu = Math.max(...onWasm.values.map((values, i) => relativeError(values, onCpu.values[i])))
  }
  tf.setBackend('wasm')
  const [, ...gradients] = onWasm.values
  const differences = Math.max(
    ...args.map((_values, i) => {
      const direction = Float32Array.from(args[i], () => 2 * random.uniform() - 1)
      return differenceError(tried, args, i, direction, dy, gradients[i])
    }),
  )
  return { cpu, differences }
}

/** Uniform in (−1, 1), or all different by at least twice the separation, and as far from 0. */
function drawValues(length: number, separation: number | undefined, uniform: () => number): Float32Array {
  if (separation === undefined) return Float32Array.from({ length }, () => 2 * uniform() - 1)
  const order = Array.from({ length }, (_, i) => ({ i, key: uniform() })).sort((a, b) => a.key - b.key)
  const step = 4 * separation
  return Float32Array.from(order, ({ i }) => (i - Math.floor(length / 2)) * step + step / 2)
}

/** The operation's value and its gradients, on one backend. */
function evaluate(
  backend: string,
  { shapes, operation }: GradientCase,
  args: readonly Float32Array[],
  dy: Float32Array,
): Evaluation {
  tf.setBackend(backend)
  return tf.tidy(() => {
    const tensors = args.map((values, i) => tf.tensor(values, [...shapes[i]], 'float32'))
    const y = operation(...tensors)
    const gradients = tf.grads(operation)(tensors, tf.tensor(dy, y.shape, 'float32'))
    return { values: [y, ...gradients].map(tensor => tensor.dataSync<'float32'>().slice()) }
  })
}

function forward({ shapes, operation }: GradientCase, args: readonly Float32Array[]): Float32Array {
  tf.setBackend('wasm')
  return tf.tidy(() => {
    const tensors = args.map((values, i) => tf.tensor(values, [...shapes[i]], 'float32'))
    return operation(...tensors)
      .dataSync<'float32'>()
      .slice()
  })
}

function relativeError(values: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  const error = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - values[i])), 0)
  // An element that is not a number must not disappear in a maximum.
  if (values.some(Number.isNaN) || values.length !== expected.length) return Number.NaN
  return error / Math.max(largest, 1e-30)
}

/**
 * ⟨∂L/∂x, v⟩ against (L(x + h v) − L(x − h v)) / 2h with L = ⟨y, dy⟩ summed in float64. Where the operation is linear
 * in x the quotient is exact for any h, so h is large and only rounding is left; where it is linear in pieces, h stays
 * within one.
 */
function differenceError(
  tried: GradientCase,
  args: readonly Float32Array[],
  argument: number,
  direction: Float32Array,
  dy: Float32Array,
  gradient: Float32Array,
): number {
  const h = tried.separation ?? 1
  const moved = (sign: number) =>
    forward(
      tried,
      args.map((values, i) => (i === argument ? values.map((value, j) => value + sign * h * direction[j]) : values)),
    )
  const ahead = moved(1)
  const behind = moved(-1)
  let quotient = 0
  let scale = 0
  for (let i = 0; i < dy.length; i++) {
    quotient += ((ahead[i] - behind[i]) / (2 * h)) * dy[i]
    scale += Math.abs(ahead[i] * dy[i]) + Math.abs(behind[i] * dy[i])
  }
  const product = gradient.reduce((sum, value, i) => sum + value * direction[i], 0)
  return Math.abs(quotient - product) / Math.max(scale / (2 * h), 1e-30)
}
