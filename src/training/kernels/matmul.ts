import * as tf from '@tensorflow/tfjs-core'
import { applyActivation, type FusedActivation } from './activation.ts'
import { withBias } from './bias.ts'
import { type KernelCall, replaceKernel } from './replace-kernel.ts'
import { address, scratch } from './wasm-backend.ts'

interface Operands {
  readonly a: tf.TensorInfo
  readonly b: tf.TensorInfo
}

interface Transposition {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/**
 * The matrix products. The stock kernel multiplies matrices as they are with XNNPACK, and transposed ones, which is all
 * that gradients are, in a scalar loop ten times as slow.
 */
export function registerMatmul(): void {
  replaceKernel<Operands, Transposition>(tf.BatchMatMul, call => matmul(call))
  replaceKernel<
    Operands & FusedActivation['inputs'] & { bias?: tf.TensorInfo },
    Transposition & FusedActivation['attrs']
  >(tf._FusedMatMul, call => {
    const [, columns] = matrixShape(call.inputs.b.shape, call.attrs.transposeB)
    const sum = withBias(call.backend, columns, call.inputs.bias, row => matmul(call, row))
    return applyActivation(call, sum)
  })
}

/**
 * `[…batch, m, n]` from `[…batch, m, k]` and `[…batch, k, n]`, either transposed, batches of size 1 broadcast, and a
 * bias of n numbers.
 */
function matmul(
  { inputs: { a, b }, attrs: { transposeA, transposeB }, backend, module }: KernelCall<Operands, Transposition>,
  bias?: tf.TensorInfo,
): tf.TensorInfo {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') {
    throw new Error(
      `matMul on the wasm backend multiplies float32 tensors, got ${a.dtype} and ${b.dtype}: cast them first`,
    )
  }
  const [m, k] = matrixShape(a.shape, transposeA)
  const [kOfB, n] = matrixShape(b.shape, transposeB)
  if (k !== kOfB) {
    throw new Error(
      `matMul: the inner dimensions of [${a.shape}] and [${b.shape}] differ, ` +
        `with transposeA=${transposeA} and transposeB=${transposeB}`,
    )
  }
  const batchA = a.shape.slice(0, -2)
  const batchB = b.shape.slice(0, -2)
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB)
  const product = backend.makeOutput([...batch, m, n], 'float32')
  const count = tf.util.sizeFromShape(batch)
  const fromA = address(backend, a)
  const fromB = address(backend, b)
  const to = address(backend, product)
  const biasAt = bias === undefined ? 0 : address(backend, bias)
  const space = scratch(backend, module.matmulScratch(n, k))
  const indexA = broadcastIndices(batchA, batch)
  const indexB = broadcastIndices(batchB, batch)
  for (let i = 0; i < count; i++) {
    module.matmul(
      fromA + indexA(i) * m * k * 4,
      Number(transposeA),
      fromB + indexB(i) * k * n * 4,
      Number(transposeB),
      biasAt,
      to + i * m * n * 4,
      m,
      n,
      k,
      space,
    )
  }
  return product
}

function matrixShape(shape: readonly number[], transposed: boolean): readonly [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2)
  return transposed ? [columns, rows] : [rows, columns]
}

/** The index of the operand's matrix that belongs to the i-th of the product. */
function broadcastIndices(own: readonly number[], batch: readonly number[]): (i: number) => number {
  const missing = batch.length - own.length
  if (missing === 0 && own.every((size, axis) => size === batch[axis])) return i => i
  if (own.every(size => size === 1)) return () => 0
  return i => {
    let index = 0
    let stride = 1
    for (let axis = batch.length - 1; axis >= missing; axis--) {
      const size = own[axis - missing]
      if (size > 1) index += (i % batch[axis]) * stride
      i = Math.floor(i / batch[axis])
      stride *= size
    }
    return index
  }
}
