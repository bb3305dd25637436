import * as tf from '@tensorflow/tfjs-core'
import { callKernel } from './replace-kernel.ts'
import type { WasmBackend } from './wasm-backend.ts'

/**
 * A product with its bias. Our kernels start their sums from one row, a number for each column; every other bias, such
 * as one number for all, is broadcast over what they give.
 *
 * @param columns of the product
 * @param multiply the product, with a bias of `[columns]` or none
 */
export function withBias(
  backend: WasmBackend,
  columns: number,
  bias: tf.TensorInfo | null | undefined,
  multiply: (row?: tf.TensorInfo) => tf.TensorInfo,
): tf.TensorInfo {
  if (bias === undefined || bias === null) return multiply()
  const isRow = tf.util.sizeFromShape(bias.shape) === columns && (bias.shape.at(-1) ?? 1) === columns
  if (isRow) return multiply(bias)
  const product = multiply()
  const sum = callKernel(tf.Add, backend, { a: product, b: bias })
  backend.disposeData(product.dataId)
  return sum
}
