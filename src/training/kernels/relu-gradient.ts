import * as tf from '@tensorflow/tfjs-core'
import { replaceGradient } from './replace-gradient.ts'
import { replaceKernel } from './replace-kernel.ts'
import { address } from './wasm-backend.ts'

const RELU_GRADIENT = 'ReluGradient'

/**
 * Makes the gradient of a rectifier one kernel instead of a product with a step function. It is found from the output,
 * which the next layer keeps anyway, so that the input need not be kept; the step function gives the same for both.
 */
export function registerReluGradient(): void {
  replaceKernel<{ y: tf.TensorInfo; dy: tf.TensorInfo }>(RELU_GRADIENT, ({ inputs: { y, dy }, backend, module }) => {
    const dx = backend.makeOutput(y.shape, 'float32')
    module.reluGradient(address(backend, y), address(backend, dy), address(backend, dx), tf.util.sizeFromShape(y.shape))
    return dx
  })
  const gradFunc: tf.GradFunc = (dy, [y]) => ({
    x: () => tf.engine().runKernel(RELU_GRADIENT, { y, dy: dy as tf.Tensor }) as tf.Tensor,
  })
  replaceGradient(tf.Relu, () => gradFunc, { inputsToSave: [], outputsToSave: [true] })
}
