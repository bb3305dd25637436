import * as tf from '@tensorflow/tfjs-core'
import { replaceKernel } from './replace-kernel.ts'
import { address, WASM } from './wasm-backend.ts'

/** Operations in the order in which the module counts them. */
const OPERATIONS = [tf.Add, tf.Sub, tf.Multiply, tf.RealDiv]

/**
 * Sums, differences, products and quotients. The stock kernels are several times slower where one operand is broadcast,
 * as biases and normalisations do.
 */
export function registerBinary(): void {
  for (const [operation, kernelName] of OPERATIONS.entries()) {
    const stock = tf.getKernel(kernelName, WASM)
    replaceKernel<{ a: tf.TensorInfo; b: tf.TensorInfo }>(kernelName, ({ inputs, backend, module }) => {
      const { a, b } = inputs
      const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape)
      const steps = a.dtype === 'float32' && b.dtype === 'float32' ? asMatrices(a.shape, b.shape, shape) : undefined
      if (steps === undefined) return stock.kernelFunc({ inputs: { a, b }, backend }) as tf.TensorInfo
      const y = backend.makeOutput(shape, 'float32')
      const { rows, columns, ofA, ofB } = steps
      module.binary(
        operation,
        address(backend, a),
        ofA.row,
        ofA.column,
        address(backend, b),
        ofB.row,
        ofB.column,
        address(backend, y),
        rows,
        columns,
      )
      return y
    })
  }
}

/** Bytes from one element to the next, 0 where it is the same. */
interface Steps {
  readonly row: number
  readonly column: number
}

/**
 * Both operands as matrices that repeat rows or columns, if they can be seen so: the axes up to one are rows, the
 * others columns.
 */
function asMatrices(a: readonly number[], b: readonly number[], shape: readonly number[]) {
  for (let split = 0; split <= shape.length; split++) {
    const ofA = stepsOf(a, shape, split)
    const ofB = ofA && stepsOf(b, shape, split)
    if (ofA === undefined || ofB === undefined) continue
    const rows = tf.util.sizeFromShape(shape.slice(0, split))
    return { rows, columns: tf.util.sizeFromShape(shape.slice(split)), ofA, ofB }
  }
  return undefined
}

function stepsOf(own: readonly number[], shape: readonly number[], split: number): Steps | undefined {
  const missing = shape.length - own.length
  let [rowsVary, rowsRepeat, columnsVary, columnsRepeat] = [false, false, false, false]
  let columns = 1
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue
    const repeats = axis < missing || own[axis - missing] === 1
    if (axis < split) {
      rowsVary ||= !repeats
      rowsRepeat ||= repeats
    } else {
      columnsVary ||= !repeats
      columnsRepeat ||= repeats
      if (!repeats) columns *= size
    }
  }
  if ((rowsVary && rowsRepeat) || (columnsVary && columnsRepeat)) return undefined
  return { row: rowsVary ? columns * 4 : 0, column: columnsVary ? 4 : 0 }
}
