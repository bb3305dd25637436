import type { BatchInput } from './batch-input.ts'
import { createMatrix, type LayerInput, type StackedHost, type StackedLayer } from './layer.ts'
import { paddedBytes, SLACK } from './placed-samples.ts'
import type { DenseSpec } from './stacked-model.ts'
import { CHUNK, partOf } from './team.ts'

/** Bytes of an address in a list. */
const ADDRESS = Int32Array.BYTES_PER_ELEMENT

/** Units below which a list of nonzero numbers does not pay: all are computed before the list has been read. */
const FEWEST_SPARSE_UNITS = 32

/** Rows of the gradient of a matrix that one thread computes at least: as many as its kernel does at once. */
const GRADIENT_ROWS = 6

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
  const { module, team } = host
  const rowBytes = units * Float32Array.BYTES_PER_ELEMENT
  const floor = rectified ? 0 : Number.NEGATIVE_INFINITY
  const rows = createMatrix(host, most, units)
  // Without a rectifier nobody needs the output once its gradient is known.
  const gradientRows = rectified ? createMatrix(host, most, units) : rows
  const transposedStep = paddedBytes(inputs)
  const transposed = input.gradient && host.allocate(units * transposedStep + SLACK)
  const sparse = units >= FEWEST_SPARSE_UNITS ? batch : undefined
  const scratch = host.allocateOwn(
    Math.max(
      module.columnsScratch(most, units),
      sparse === undefined ? 0 : module.sparseScratch(inputs, most * inputs),
    ),
  )
  const { addresses } = input.rows

  return {
    output: { rows, gradient: gradientRows },

    forward(parameters, count) {
      const matrix = parameters + offset
      const bias = matrix + inputs * rowBytes
      const { step } = rows
      const [first, end] = partOf(team, count)
      const size = end - first
      const from = addresses + first * ADDRESS
      const to = rows.values + first * step
      if (sparse?.isSparse()) {
        const lists = sparse.lists + 2 * first * ADDRESS
        module.sparseProductOfRows(from, lists, size, matrix, bias, floor, to, step, units)
      } else {
        module.productOfRows(from, size, inputs, matrix, rowBytes, bias, floor, to, step, units)
      }
    },

    backward(parameters, gradient, count) {
      const { values, step } = gradientRows
      const g = gradient + offset
      const [first, end] = partOf(team, count)
      const own = first * step
      if (rectified) {
        const numbers = ((end - first) * step) / Float32Array.BYTES_PER_ELEMENT
        module.reluGradient(rows.values + own, values + own, values + own, numbers)
      }
      if (transposed !== undefined) {
        const [row, stop] = partOf(team, inputs, CHUNK)
        const to = transposed + row * Float32Array.BYTES_PER_ELEMENT
        module.transpose(parameters + offset + row * rowBytes, stop - row, units, to, transposedStep)
      }
      team.meet()
      const [from, until] = partOf(team, inputs, GRADIENT_ROWS)
      if (sparse?.isSparse()) {
        const { lists } = sparse
        module.sparseProductOfColumns(addresses, lists, count, inputs, values, step, g, units, from, until, scratch)
      } else {
        module.productOfColumns(addresses, count, inputs, values, step, g, units, from, until, scratch)
      }
      if (input.gradient === undefined || transposed === undefined) return
      const to = input.gradient
      module.productOfRows(
        gradientRows.addresses + first * ADDRESS,
        end - first,
        units,
        transposed,
        transposedStep,
        0,
        Number.NEGATIVE_INFINITY,
        to.values + first * to.step,
        to.step,
        inputs,
      )
    },
  }
}
