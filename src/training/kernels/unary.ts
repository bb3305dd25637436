import * as tf from '@tensorflow/tfjs-core'
import { replaceKernel } from './replace-kernel.ts'
import { address, WASM } from './wasm-backend.ts'

/** Operations in the order in which the module counts them. */
const OPERATIONS = [tf.Sqrt, tf.Rsqrt, tf.Tanh, tf.Erf]

/** Functions that the stock backend computes one element at a time. */
export function registerUnary(): void {
  for (const [operation, kernelName] of OPERATIONS.entries()) {
    const stock = tf.getKernel(kernelName, WASM)
    replaceKernel<{ x: tf.TensorInfo }>(kernelName, ({ inputs, backend, module }) => {
      const { x } = inputs
      if (x.dtype !== 'float32') return stock.kernelFunc({ inputs: { x }, backend }) as tf.TensorInfo
      const y = backend.makeOutput(x.shape, 'float32')
      module.unary(operation, address(backend, x), address(backend, y), tf.util.sizeFromShape(x.shape))
      return y
    })
  }
}
