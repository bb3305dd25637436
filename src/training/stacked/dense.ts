import type { BatchInput } from './batch-input.ts'
import { createMatrix, type LayerInput, type StackedHost, type StackedLayer } from './layer.ts'
import { paddedBytes, SLACK } from './placed-samples.ts'
import type { DenseSpec } from './stacked-model.ts'

/** Units below which a list of nonzero numbers does not pay: all are computed before the list has been read. */
const FEWEST_SPARSE_UNITS = 32

/**
 * y = max(x W + b, 0), or without the rectifier.
 *
 * @param offset of its matrix in the parameters, in bytes; the bias follows
 * @param most samples at once
 * @param batch where the layer is the first
 */
export function createDense(
  host: StackedHost,
  { inputs, units, rectified }: DenseSpec,
  offset: number,
  input: LayerInput,
  most: number,
  batch?: BatchInput,
): StackedLayer {
  const { module } = host
  const rowBytes = units * Float32Array.BYTES_PER_ELEMENT
  const floor = rectified ? 0 : Number.NEGATIVE_INFINITY
  const rows = createMatrix(host, most, units)
  // Without a rectifier nobody needs the output once its gradient is known.
  const gradientRows = rectified ? createMatrix(host, most, units) : rows
  const transposedStep = paddedBytes(inputs)
  const transposed = input.gradient && host.allocate(units * transposedStep + SLACK)
  const sparse = units >= FEWEST_SPARSE_UNITS ? batch : undefined
  const scratch = host.allocate(
    Math.max(module.columnsScratch(most, units), sparse === undefined ? 0 : module.sparseScratch(inputs, most * inputs)),
  )
  const { addresses } = input.rows

  return {
    output: { rows, gradient: gradientRows },

    forward(parameters, count) {
      const matrix = parameters + offset
      const bias = matrix + inputs * rowBytes
      const { values, step } = rows
      if (sparse?.isSparse()) {
        module.sparseProductOfRows(addresses, sparse.lists, count, matrix, bias, floor, values, step, units)
      } else {
        module.productOfRows(addresses, count, inputs, matrix, rowBytes, bias, floor, values, step, units)
      }
    },

    backward(parameters, gradient, count) {
      const { values, step } = gradientRows
      const g = gradient + offset
      if (rectified) module.reluGradient(rows.values, values, values, (count * step) / Float32Array.BYTES_PER_ELEMENT)
      if (sparse?.isSparse()) {
        module.sparseProductOfColumns(addresses, sparse.lists, count, inputs, values, step, g, units, scratch)
      } else {
        module.productOfColumns(addresses, count, inputs, values, step, g, units, scratch)
      }
      if (input.gradient === undefined || transposed === undefined) return
      const to = input.gradient
      module.transpose(parameters + offset, inputs, units, transposed, transposedStep)
      module.productOfRows(
        gradientRows.addresses,
        count,
        units,
        transposed,
        transposedStep,
        0,
        Number.NEGATIVE_INFINITY,
        to.values,
        to.step,
        inputs,
      )
    },
  }
}
