import * as tf from '@tensorflow/tfjs-core'
import { borrow } from './borrowed.ts'
import { replaceKernel } from './replace-kernel.ts'
import { address, WASM } from './wasm-backend.ts'

/**
 * Sums of rows: over leading axes, as for the gradient of a bias, and by segment, as for the gradient of an embedding.
 */
export function registerSums(): void {
  const stock = tf.getKernel(tf.Sum, WASM)
  replaceKernel<{ x: tf.TensorInfo }, { axis: number | number[]; keepDims: boolean }>(
    tf.Sum,
    ({ inputs, attrs, backend, module }) => {
      const { x } = inputs
      const axes = tf.util.parseAxisParam(attrs.axis, x.shape)
      const [first] = axes
      const after = first + axes.length
      const adjacent = axes.every((axis, i) => axis === first + i)
      // Along the last axis the stock kernel is as fast as any, and where axes lie apart it transposes first.
      if (x.dtype !== 'float32' || !adjacent || after === x.shape.length || axes.length === 0) {
        return stock.kernelFunc({ inputs, attrs: { ...attrs }, backend }) as tf.TensorInfo
      }
      const summed = attrs.keepDims ? axes.map(() => 1) : []
      const y = backend.makeOutput([...x.shape.slice(0, first), ...summed, ...x.shape.slice(after)], 'float32')
      const size = (from: number, to: number) => tf.util.sizeFromShape(x.shape.slice(from, to))
      module.sumRows(
        address(backend, x),
        address(backend, y),
        size(0, first),
        size(first, after),
        size(after, x.shape.length),
      )
      return y
    },
  )
  replaceKernel<{ x: tf.TensorInfo; segmentIds: tf.TensorInfo }, { numSegments: number }>(
    tf.UnsortedSegmentSum,
    ({ inputs: { x, segmentIds }, attrs: { numSegments }, backend, module }) => {
      if (x.dtype !== 'float32') {
        return borrow(tf.UnsortedSegmentSum, { x, segmentIds }, { numSegments }, backend)
      }
      const rest = x.shape.slice(segmentIds.shape.length)
      const y = backend.makeOutput([numSegments, ...rest], 'float32')
      module.segmentSum(
        address(backend, x),
        address(backend, segmentIds),
        address(backend, y),
        tf.util.sizeFromShape(segmentIds.shape),
        tf.util.sizeFromShape(rest),
        numSegments,
      )
      return y
    },
  )
}
