import * as tf from '@tensorflow/tfjs-core'
import { replaceGradient } from './replace-gradient.ts'
import type { Sliding } from './sliding.ts'

/** Gives dilated convolutions a gradient: TensorFlow.js refuses them for want of kernels, and ours can do it. */
export function registerDilatedGradients(): void {
  dilate(tf.Conv2D, tf.Conv2DBackpropInput, tf.Conv2DBackpropFilter)
  dilate(tf.DepthwiseConv2dNative, tf.DepthwiseConv2dNativeBackpropInput, tf.DepthwiseConv2dNativeBackpropFilter)
}

function dilate(convolution: string, inputGradient: string, filterGradient: string): void {
  const gradFunc: tf.GradFunc = (dy, [x, filter], attrs) => {
    const run = (kernel: string, inputs: tf.NamedTensorMap, shape: object) =>
      tf.engine().runKernel(kernel, { ...inputs, dy: dy as tf.Tensor }, { ...attrs, ...shape }) as tf.Tensor
    return {
      x: () => run(inputGradient, { filter }, { inputShape: x.shape }),
      filter: () => run(filterGradient, { x }, { filterShape: filter.shape }),
    }
  }
  replaceGradient(convolution, attrs => {
    const { dilations = 1 } = attrs as unknown as Sliding
    return [dilations].flat().every(dilation => dilation === 1) ? undefined : gradFunc
  })
}
