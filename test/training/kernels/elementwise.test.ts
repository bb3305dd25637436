import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'

beforeAll(async () => {
  await startBackend('cpu')
  await startBackend('wasm')
})

/** The results of both backends, as bits. */
function onBoth(compute: () => tf.Tensor): readonly { shape: readonly number[]; values: readonly number[] }[] {
  return ['cpu', 'wasm'].map(backend => {
    tf.setBackend(backend)
    return tf.tidy(() => {
      const result = compute()
      return { shape: result.shape, values: [...result.dataSync()] }
    })
  })
}

const axis = fc.record({ length: fc.integer({ min: 1, max: 9 }), inA: fc.boolean(), inB: fc.boolean() })

const OPERATIONS = { add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div }

test.each(Object.entries(OPERATIONS))(
  '%s of broadcast operands gives the bits of the cpu backend',
  (_name, operation) => {
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 4 }), fc.nat(), fc.nat(), (axes, droppedFromA, droppedFromB) => {
        const shape = (inside: (each: (typeof axes)[number]) => boolean, dropped: number) => {
          const whole = axes.map(each => (inside(each) ? each.length : 1))
          // Leading axes of length 1 may be left out.
          const leading = whole.findIndex(length => length > 1)
          return whole.slice(dropped % (1 + (leading < 0 ? whole.length : leading)))
        }
        const fill = (dimensions: number[], f: (i: number) => number) =>
          tf.tensor(
            Float32Array.from({ length: tf.util.sizeFromShape(dimensions) }, (_, i) => f(i)),
            dimensions,
          )
        const [cpu, wasm] = onBoth(() =>
          operation(
            fill(
              shape(each => each.inA, droppedFromA),
              i => Math.sin(i),
            ),
            fill(
              shape(each => each.inB, droppedFromB),
              i => 1.5 + Math.cos(i),
            ),
          ),
        )
        expect(wasm).toEqual(cpu)
      }),
      { seed: 3, numRuns: 200 },
    )
  },
)

const SPECIAL = [0, -0, 1e-30, 0.624999, 0.625, 4, 44, 88.8, 1e30, Number.POSITIVE_INFINITY, Number.NaN]
const ROOTS = {
  sqrt: { ours: tf.sqrt, exact: Math.sqrt },
  rsqrt: { ours: tf.rsqrt, exact: (x: number) => 1 / Math.sqrt(x) },
}
const ODD = { tanh: { ours: tf.tanh, exact: Math.tanh }, erf: { ours: tf.erf, exact: errorFunction } }

/** Maclaurin's series, in float64. */
function errorFunction(x: number): number {
  if (Number.isNaN(x)) return x
  if (Math.abs(x) > 5) return Math.sign(x)
  let [sum, term] = [0, x]
  for (let n = 0; n < 120; n++) {
    sum += term / (2 * n + 1)
    term *= -(x * x) / (n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

test.each([
  ...Object.entries(ROOTS).map(([name, functions]) => ({ name, ...functions, negative: false })),
  ...Object.entries(ODD).map(([name, functions]) => ({ name, ...functions, negative: true })),
])('$name is within a millionth, also of small and of special values', ({ ours, exact, negative }) => {
  tf.setBackend('wasm')
  const positive = [...SPECIAL, ...Array.from({ length: 2_000 }, (_, i) => 1e-6 * 1.01 ** i)]
  const inputs = Float32Array.from(negative ? positive.flatMap(x => [x, -x]) : positive)
  const outputs = tf.tidy(() => ours(tf.tensor1d(inputs)).dataSync())
  for (const [i, x] of inputs.entries()) {
    const expected = Math.fround(exact(x))
    if (Number.isFinite(expected))
      expect(Math.abs(outputs[i] - expected)).toBeLessThanOrEqual(1e-6 * Math.abs(expected))
    else expect(outputs[i]).toBe(expected)
  }
})

test('whole numbers are still added as whole numbers', () => {
  const [cpu, wasm] = onBoth(() => tf.add(tf.tensor1d([2 ** 30, 3], 'int32'), tf.tensor1d([1, 1], 'int32')))
  expect(wasm).toEqual(cpu)
})

test('sums over any axes have the shape and the values of the cpu backend', () => {
  const axes = fc.subarray([0, 1, 2, 3])
  fc.assert(
    fc.property(axes, fc.boolean(), (summed, keepDims) => {
      const [cpu, wasm] = onBoth(() => tf.sum(tf.reshape(tf.range(0, 2 * 3 * 4 * 11), [2, 3, 4, 11]), summed, keepDims))
      expect(wasm).toEqual(cpu)
    }),
    { seed: 3 },
  )
})

test('parts along an axis are those of the cpu backend, of every type', () => {
  const parts = fc.record({
    axis: fc.nat({ max: 2 }),
    begin: fc.nat({ max: 2 }),
    dtype: fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const),
  })
  fc.assert(
    fc.property(parts, ({ axis, begin, dtype }) => {
      const values = Array.from({ length: 5 * 5 * 5 }, (_, i) => (dtype === 'bool' ? i % 2 : i))
      const x = () => tf.tensor3d(values, [5, 5, 5], dtype)
      const slices = onBoth(() => tf.slice(x(), [0, 0, 0].with(axis, begin), [-1, -1, -1].with(axis, 3)))
      expect(slices[1]).toEqual(slices[0])
      const splits = onBoth(() => tf.split(x(), [1, begin + 1, 3 - begin], axis)[2])
      expect(splits[1]).toEqual(splits[0])
    }),
    { seed: 3 },
  )
})

test('a part that is cut along several axes is that of the cpu backend', () => {
  const [cpu, wasm] = onBoth(() => tf.slice(tf.reshape(tf.range(0, 60), [3, 4, 5]), [1, 2, 3], [2, 1, 2]))
  expect(wasm).toEqual(cpu)
})

test('a tensor that shares its values outlives the one that it was made from', () => {
  tf.setBackend('wasm')
  const x = tf.tensor1d([1, 2])
  const copies = [tf.clone(x), tf.engine().runKernel(tf.Identity, { x }) as tf.Tensor, tf.cast(x, 'float32')]
  x.dispose()
  for (const copy of copies) expect([...copy.dataSync()]).toEqual([1, 2])
  tf.dispose(copies)
})
