/**
 * Random cases for every kernel that training needs: operations with shapes, strides, paddings and dilations. The tests
 * hold them to a tolerance, and `npm run bench -- gradients` tabulates how far off they are.
 *
 * @packageDocumentation
 */

import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'

/**
 * An operation that is linear in each of its arguments, or at least in pieces: so are all whose gradients are kernels
 * of ours.
 */
export interface GradientCase {
  /** Shapes of the arguments. */
  readonly shapes: readonly (readonly number[])[]
  operation(...args: tf.Tensor[]): tf.Tensor
  /** Whether the cpu backend has the right gradient. */
  readonly cpu: boolean
  /** Half the distance that values must keep from one another and from 0, for pieces to stay apart. */
  readonly separation?: number
}

const size = (max: number, min = 1) => fc.integer({ min, max })

const matmul: fc.Arbitrary<GradientCase> = fc
  .record({
    batch: fc.array(size(3), { maxLength: 2 }),
    m: size(20),
    n: size(20),
    // Past one block of the sum now and then.
    k: fc.oneof({ weight: 9, arbitrary: size(40) }, { weight: 1, arbitrary: size(1100) }),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
  })
  .map(({ batch, m, n, k, transposeA, transposeB }) => ({
    shapes: [
      [...batch, ...(transposeA ? [k, m] : [m, k])],
      [...batch, ...(transposeB ? [n, k] : [k, n])],
    ],
    operation: (a, b) => tf.matMul(a, b, transposeA, transposeB),
    cpu: true,
  }))

interface Window {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly filterHeight: number
  readonly filterWidth: number
  readonly strides: [number, number]
  readonly dilations: [number, number]
  readonly pad: 'valid' | 'same' | tf.backend_util.ExplicitPadding
}

const explicitPadding: fc.Arbitrary<tf.backend_util.ExplicitPadding> = fc
  .tuple(size(3, 0), size(3, 0), size(3, 0), size(3, 0))
  .map(([top, bottom, left, right]) => [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ])

/** A filter over an image, at most as large as that. */
const windowed: fc.Arbitrary<Window> = fc
  .record({
    batch: size(3),
    filterHeight: size(4),
    filterWidth: size(4),
    moreHeight: size(9, 0),
    moreWidth: size(9, 0),
    strides: fc.tuple(size(3), size(3)),
    dilations: fc.tuple(size(3), size(3)),
    // TensorFlow.js takes either steps or dilations, not both.
    dilated: fc.boolean(),
    pad: fc.oneof(fc.constantFrom('valid' as const, 'same' as const), explicitPadding),
  })
  .map(({ moreHeight, moreWidth, dilated, ...rest }): Window => {
    const dilations: [number, number] = dilated ? rest.dilations : [1, 1]
    return {
      ...rest,
      dilations,
      strides: dilated ? [1, 1] : rest.strides,
      height: (rest.filterHeight - 1) * dilations[0] + 1 + moreHeight,
      width: (rest.filterWidth - 1) * dilations[1] + 1 + moreWidth,
    }
  })

const isDilated = ({ dilations: [y, x] }: Window) => y > 1 || x > 1

const convolution: fc.Arbitrary<GradientCase> = fc
  .tuple(windowed, size(9), size(18))
  .map(([window, channelsIn, channelsOut]) => ({
    shapes: [
      [window.batch, window.height, window.width, channelsIn],
      [window.filterHeight, window.filterWidth, channelsIn, channelsOut],
    ],
    operation: (x, filter) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, window.strides, window.pad, 'NHWC', window.dilations),
    cpu: !isDilated(window),
  }))

const transposedConvolution: fc.Arbitrary<GradientCase> = fc
  .tuple(windowed, size(9), size(9), fc.constantFrom('valid' as const, 'same' as const))
  .map(([{ batch, height, width, filterHeight, filterWidth, strides }, channelsIn, channelsOut, pad]) => {
    const outputShape: [number, number, number, number] = [batch, height, width, channelsOut]
    const filterShape: [number, number, number, number] = [filterHeight, filterWidth, channelsOut, channelsIn]
    const { outHeight, outWidth } = tf.backend_util.computeConv2DInfo(outputShape, filterShape, strides, 1, pad)
    return {
      shapes: [[batch, outHeight, outWidth, channelsIn], filterShape],
      operation: (x, filter) => tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, outputShape, strides, pad),
      cpu: true,
    }
  })

const depthwise: fc.Arbitrary<GradientCase> = fc
  .tuple(windowed, size(9), size(3))
  .map(([window, channels, multiples]) => ({
    shapes: [
      [window.batch, window.height, window.width, channels],
      [window.filterHeight, window.filterWidth, channels, multiples],
    ],
    operation: (x, filter) => {
      const step = window.strides[0]
      const { pad, dilations } = window
      return tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, step, pad as 'valid', 'NHWC', dilations)
    },
    cpu: !isDilated(window),
  }))

const plainPad = fc.constantFrom('valid' as const, 'same' as const)

const maxPool: fc.Arbitrary<GradientCase> = fc.tuple(windowed, size(9), plainPad).map(([window, channels, pad]) => ({
  shapes: [[window.batch, window.height, window.width, channels]],
  operation: x => tf.maxPool(x as tf.Tensor4D, [window.filterHeight, window.filterWidth], window.strides, pad),
  cpu: true,
  separation: 1e-3,
}))

const averagePool: fc.Arbitrary<GradientCase> = fc
  .tuple(windowed, size(9), plainPad)
  .map(([window, channels, pad]) => ({
    shapes: [[window.batch, window.height, window.width, channels]],
    operation: x => tf.avgPool(x as tf.Tensor4D, [window.filterHeight, window.filterWidth], window.strides, pad),
    // It divides by the whole window even at the edge of the image, where its forward pass does not.
    cpu: pad === 'valid',
  }))

const indices = (length: number, end: number) => fc.array(size(end - 1, 0), { minLength: length, maxLength: length })

const lookUp: fc.Arbitrary<GradientCase> = fc
  .record({ rows: size(12), width: size(9), count: size(30) })
  .chain(({ rows, width, count }) =>
    indices(count, rows).map(ids => ({
      shapes: [[rows, width]],
      operation: (table: tf.Tensor) => tf.gather(table, tf.tensor1d(ids, 'int32')),
      cpu: true,
    })),
  )

const segmentSum: fc.Arbitrary<GradientCase> = fc
  .record({ rows: size(12), width: size(9), count: size(30) })
  .chain(({ rows, width, count }) =>
    indices(count, rows).map(ids => ({
      shapes: [[count, width]],
      operation: (x: tf.Tensor) => tf.unsortedSegmentSum(x, tf.tensor1d(ids, 'int32'), rows),
      cpu: true,
    })),
  )

const rectifier: fc.Arbitrary<GradientCase> = fc.array(size(9), { minLength: 1, maxLength: 3 }).map(shape => ({
  shapes: [shape],
  operation: x => tf.relu(x),
  cpu: true,
  separation: 1e-3,
}))

/** A bias under every row, whose gradient is a sum over them. */
const bias: fc.Arbitrary<GradientCase> = fc
  .tuple(fc.array(size(6), { minLength: 1, maxLength: 3 }), size(40))
  .map(([leading, width]) => ({
    shapes: [[...leading, width], [width]],
    operation: (x, b) => tf.add(x, b),
    cpu: true,
  }))

/** Two operands that are broadcast along some axes, of either or both, whose gradients are sums over these. */
const broadcast: fc.Arbitrary<GradientCase> = fc
  .tuple(
    fc.array(fc.record({ length: size(6), inA: fc.boolean(), inB: fc.boolean() }), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(tf.add, tf.sub, tf.mul),
  )
  .map(([axes, operation]) => ({
    shapes: [axes.map(({ length, inA }) => (inA ? length : 1)), axes.map(({ length, inB }) => (inB ? length : 1))],
    operation: (a, b) => operation(a, b),
    cpu: true,
  }))

const fusedConvolution: fc.Arbitrary<GradientCase> = fc
  .tuple(
    windowed.filter(window => !isDilated(window)),
    size(5),
    size(12),
  )
  .map(([window, channelsIn, channelsOut]) => ({
    shapes: [
      [window.batch, window.height, window.width, channelsIn],
      [window.filterHeight, window.filterWidth, channelsIn, channelsOut],
      [channelsOut],
    ],
    operation: (x, filter, b) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: window.strides,
        pad: window.pad as 'valid',
        bias: b,
      }),
    cpu: true,
  }))

const fusedMatmul: fc.Arbitrary<GradientCase> = fc
  .record({ m: size(20), n: size(20), k: size(40), transposeA: fc.boolean(), transposeB: fc.boolean() })
  .map(({ m, n, k, transposeA, transposeB }) => ({
    shapes: [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n], [n]],
    operation: (a, b, c) =>
      tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, transposeA, transposeB, bias: c }),
    cpu: true,
  }))

/** By the kernels that compute the operation and its gradients. */
export const GRADIENT_CASES: Readonly<Record<string, fc.Arbitrary<GradientCase>>> = {
  BatchMatMul: matmul,
  _FusedMatMul: fusedMatmul,
  'Conv2D, Conv2DBackpropInput, Conv2DBackpropFilter': convolution,
  'Conv2DBackpropInput and its own gradients': transposedConvolution,
  FusedConv2D: fusedConvolution,
  'DepthwiseConv2dNative, …BackpropInput, …BackpropFilter': depthwise,
  'MaxPool, MaxPoolGrad': maxPool,
  'AvgPool, AvgPoolGrad': averagePool,
  'GatherV2, UnsortedSegmentSum': lookUp,
  UnsortedSegmentSum: segmentSum,
  'Relu, ReluGradient': rectifier,
  'Add, Sum over leading axes': bias,
  'Add, Sub, Multiply of broadcast operands': broadcast,
}
