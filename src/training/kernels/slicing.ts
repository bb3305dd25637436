import * as tf from '@tensorflow/tfjs-core'
import { type KernelCall, replaceKernel } from './replace-kernel.ts'
import { address, WASM } from './wasm-backend.ts'

/**
 * Parts of a tensor along one axis, as attention and recurrent networks take them. The stock kernels carry the whole
 * tensor to JavaScript for each part.
 */
export function registerSlicing(): void {
  const stock = tf.getKernel(tf.Slice, WASM)
  replaceKernel<{ x: tf.TensorInfo }, { begin: number | number[]; size: number | number[] }>(tf.Slice, call => {
    const { inputs, attrs, backend } = call
    const { x } = inputs
    const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attrs.begin, attrs.size)
    tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size)
    const cut = size.flatMap((length, axis) => (length === x.shape[axis] ? [] : [axis]))
    if (cut.length !== 1 || x.dtype === 'string') {
      return stock.kernelFunc({ inputs: { x }, attrs: { ...attrs }, backend }) as tf.TensorInfo
    }
    const [axis] = cut
    return part(call, x, axis, begin[axis], size[axis])
  })
  replaceKernel<{ x: tf.TensorInfo }, { numOrSizeSplits: number | number[]; axis: number }>(tf.SplitV, call => {
    const { x } = call.inputs
    const [axis] = tf.util.parseAxisParam(call.attrs.axis, x.shape)
    let begin = 0
    return tf.backend_util.prepareSplitSize(x as tf.Tensor, call.attrs.numOrSizeSplits, axis).map(length => {
      const made = part(call, x, axis, begin, length)
      begin += length
      return made
    })
  })
}

function part(
  { backend, module }: KernelCall<unknown, unknown>,
  x: tf.TensorInfo,
  axis: number,
  begin: number,
  length: number,
): tf.TensorInfo {
  const y = backend.makeOutput(x.shape.with(axis, length), x.dtype)
  const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1)) * tf.util.bytesPerElement(x.dtype)
  const outer = tf.util.sizeFromShape(x.shape.slice(0, axis))
  const step = inner * x.shape[axis]
  module.copyRuns(address(backend, x) + begin * inner, step, address(backend, y), length * inner, length * inner, outer)
  return y
}
