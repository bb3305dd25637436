import * as tf from '@tensorflow/tfjs-core'
import { replaceKernel } from './replace-kernel.ts'
import { stepsAndPadding } from './sliding.ts'
import { address } from './wasm-backend.ts'

interface Pooling {
  readonly filterSize: [number, number] | number
  readonly strides: [number, number] | number
  readonly pad: 'valid' | 'same' | number
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/** The gradients of max and average pooling. */
export function registerPooling(): void {
  replaceKernel<{ dy: tf.TensorInfo; input: tf.TensorInfo; output: tf.TensorInfo }, Pooling>(
    tf.MaxPoolGrad,
    ({ inputs: { dy, input, output }, attrs, backend, module }) => {
      const of = geometry(input.shape, attrs)
      const dx = backend.makeOutput(input.shape, 'float32')
      module.maxPoolGradient(
        address(backend, dy),
        address(backend, input),
        address(backend, output),
        address(backend, dx),
        ...windows(of),
      )
      return dx
    },
  )
  // The cpu backend divides by the whole window even where it reaches beyond the image, unlike its own forward pass.
  replaceKernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, Pooling>(
    tf.AvgPoolGrad,
    ({ inputs: { dy, input }, attrs, backend, module }) => {
      const dx = backend.makeOutput(input.shape, 'float32')
      module.averagePoolGradient(address(backend, dy), address(backend, dx), ...windows(geometry(input.shape, attrs)))
      return dx
    },
  )
}

function geometry(shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: Pooling) {
  const images = shape as [number, number, number, number]
  return tf.backend_util.computePool2DInfo(images, filterSize, strides, 1, pad, dimRoundingMode)
}

/** Sizes and steps in the order of the module's arguments. */
function windows(of: tf.backend_util.Conv2DInfo): readonly number[] {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = of
  const sizes = [batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth]
  return [...sizes, ...stepsAndPadding(of)]
}
