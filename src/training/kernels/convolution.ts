import * as tf from '@tensorflow/tfjs-core'
import { applyActivation, type FusedActivation } from './activation.ts'
import { withBias } from './bias.ts'
import { type KernelCall, replaceKernel } from './replace-kernel.ts'
import { geometry, type Shape4D, type Sliding, stepsAndPadding } from './sliding.ts'
import { address, scratch, type WasmBackend } from './wasm-backend.ts'

interface Convolved {
  readonly x: tf.TensorInfo
  readonly filter: tf.TensorInfo
}

/** Convolutions and their gradients, for images as `[batch, height, width, channels]`. */
export function registerConvolution(): void {
  replaceKernel<Convolved, Sliding>(tf.Conv2D, call => convolve(call))
  replaceKernel<Convolved & FusedActivation['inputs'] & { bias?: tf.TensorInfo }, Sliding & FusedActivation['attrs']>(
    tf.FusedConv2D,
    call => {
      const { backend, inputs } = call
      const sum = withBias(backend, inputs.filter.shape[3], inputs.bias, row => convolve(call, row))
      return applyActivation(call, sum)
    },
  )
  replaceKernel<{ dy: tf.TensorInfo; filter: tf.TensorInfo }, Sliding & { inputShape: Shape4D }>(
    tf.Conv2DBackpropInput,
    ({ inputs: { dy, filter }, attrs, backend, module }) => {
      const of = geometry(attrs.inputShape, filter.shape, attrs)
      const dx = backend.makeOutput(of.inShape, 'float32')
      module.convolutionInputGradient(
        address(backend, dy),
        of.batchSize,
        of.outHeight,
        of.outWidth,
        of.outChannels,
        address(backend, filter),
        of.filterHeight,
        of.filterWidth,
        ...stepsAndPadding(of),
        address(backend, dx),
        of.inHeight,
        of.inWidth,
        of.inChannels,
        scratchOf(backend, module, of),
      )
      return dx
    },
  )
  replaceKernel<{ x: tf.TensorInfo; dy: tf.TensorInfo }, Sliding & { filterShape: Shape4D }>(
    tf.Conv2DBackpropFilter,
    ({ inputs: { x, dy }, attrs, backend, module }) => {
      const of = geometry(x.shape, attrs.filterShape, attrs)
      const dw = backend.makeOutput(attrs.filterShape, 'float32')
      module.convolutionFilterGradient(
        address(backend, x),
        of.batchSize,
        of.inHeight,
        of.inWidth,
        of.inChannels,
        address(backend, dy),
        of.outHeight,
        of.outWidth,
        of.outChannels,
        ...stepsAndPadding(of),
        address(backend, dw),
        of.filterHeight,
        of.filterWidth,
        scratchOf(backend, module, of),
      )
      return dw
    },
  )
}

function convolve(
  { inputs: { x, filter }, attrs, backend, module }: KernelCall<Convolved, Sliding>,
  bias?: tf.TensorInfo,
): tf.TensorInfo {
  const of = geometry(x.shape, filter.shape, attrs)
  const y = backend.makeOutput(of.outShape, 'float32')
  module.convolution(
    address(backend, x),
    of.batchSize,
    of.inHeight,
    of.inWidth,
    of.inChannels,
    address(backend, filter),
    of.filterHeight,
    of.filterWidth,
    ...stepsAndPadding(of),
    bias === undefined ? 0 : address(backend, bias),
    address(backend, y),
    of.outHeight,
    of.outWidth,
    of.outChannels,
    scratchOf(backend, module, of),
  )
  return y
}

function scratchOf(
  backend: WasmBackend,
  module: KernelCall<unknown, unknown>['module'],
  of: tf.backend_util.Conv2DInfo,
): number {
  const reachY = (of.filterHeight - 1) * of.dilationHeight
  const reachX = (of.filterWidth - 1) * of.dilationWidth
  const paddedPixels = Math.max(
    ((of.outHeight - 1) * of.strideHeight + reachY + 1) * ((of.outWidth - 1) * of.strideWidth + reachX + 1),
    (of.inHeight + reachY) * (of.inWidth + reachX),
  )
  const taps = of.filterHeight * of.filterWidth
  const bytes = module.convolutionScratch(paddedPixels, of.outHeight * of.outWidth, taps, of.inChannels, of.outChannels)
  return scratch(backend, bytes)
}
