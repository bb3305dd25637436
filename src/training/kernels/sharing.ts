import * as tf from '@tensorflow/tfjs-core'
import { replaceKernel } from './replace-kernel.ts'
import { reshaped, WASM } from './wasm-backend.ts'

/**
 * Kernels that change no value and need not copy them: the stock ones do, although tensors can share their values.
 * Gradients are full of such calls.
 */
export function registerSharing(): void {
  replaceKernel<{ x: tf.TensorInfo }>(tf.Identity, ({ inputs: { x }, backend }) => reshaped(backend, x, x.shape))
  const stock = tf.getKernel(tf.Cast, WASM)
  replaceKernel<{ x: tf.TensorInfo }, { dtype: tf.DataType }>(tf.Cast, ({ inputs, attrs, backend }) => {
    const { x } = inputs
    if (x.dtype === attrs.dtype) return reshaped(backend, x, x.shape)
    return stock.kernelFunc({ inputs, attrs: { ...attrs }, backend }) as tf.TensorInfo
  })
}
