import * as tf from '@tensorflow/tfjs-core'
import { type KernelCall, replaceKernel } from './replace-kernel.ts'
import { geometry, type Shape4D, type Sliding, stepsAndPadding } from './sliding.ts'
import { address, WASM } from './wasm-backend.ts'

/** The gradients of depthwise convolutions, which separable ones are made of too. */
export function registerDepthwise(): void {
  padExplicitly(tf.DepthwiseConv2dNative)
  padExplicitly(tf.FusedDepthwiseConv2D)
  replaceKernel<{ dy: tf.TensorInfo; filter: tf.TensorInfo }, Sliding & { inputShape: Shape4D }>(
    tf.DepthwiseConv2dNativeBackpropInput,
    call => {
      const { dy, filter } = call.inputs
      const x = call.backend.makeOutput(call.attrs.inputShape, 'float32')
      compute(call, true, geometry(x.shape, filter.shape, call.attrs, true), { x, filter, dy })
      return x
    },
  )
  replaceKernel<{ x: tf.TensorInfo; dy: tf.TensorInfo }, Sliding & { filterShape: Shape4D }>(
    tf.DepthwiseConv2dNativeBackpropFilter,
    call => {
      const { x, dy } = call.inputs
      const filter = call.backend.makeOutput(call.attrs.filterShape, 'float32')
      compute(call, false, geometry(x.shape, filter.shape, call.attrs, true), { x, filter, dy })
      return filter
    },
  )
}

/**
 * Tells a stock kernel how much padding 'same' is: left to itself, it pads wrongly where the stride is larger than the
 * filter.
 */
function padExplicitly(kernelName: string): void {
  const stock = tf.getKernel(kernelName, WASM)
  replaceKernel<tf.NamedTensorInfoMap, Sliding>(kernelName, ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs as Record<'x' | 'filter', tf.TensorInfo>
    const { top, bottom, left, right } = geometry(x.shape, filter.shape, attrs, true).padInfo
    const pad = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]
    return stock.kernelFunc({ inputs, attrs: { ...attrs, pad } as tf.NamedAttrMap, backend }) as tf.TensorInfo
  })
}

function compute(
  { backend, module }: KernelCall<unknown, Sliding>,
  forInput: boolean,
  of: tf.backend_util.Conv2DInfo,
  { x, filter, dy }: Readonly<Record<'x' | 'filter' | 'dy', tf.TensorInfo>>,
): void {
  module.depthwiseGradient(
    Number(forInput),
    address(backend, x),
    address(backend, filter),
    address(backend, dy),
    of.batchSize,
    of.inHeight,
    of.inWidth,
    of.inChannels,
    filter.shape[3],
    of.outHeight,
    of.outWidth,
    of.filterHeight,
    of.filterWidth,
    ...stepsAndPadding(of),
  )
}
