import * as tf from '@tensorflow/tfjs-core'
import { callKernel, replaceKernel } from './replace-kernel.ts'
import { reshaped, type WasmBackend } from './wasm-backend.ts'

/** A tensor whose axes have names, one letter each. */
interface Labelled {
  readonly tensor: tf.TensorInfo
  readonly labels: string
}

/**
 * Einstein's summation as one batched matrix product: letters in both operands and the result count its matrices, those
 * in both and not in the result are summed over, and those of one operand are rows or columns.
 */
export function registerEinsum(): void {
  replaceKernel<Record<string, tf.TensorInfo>, { equation: string }>(tf.Einsum, ({ inputs, attrs, backend }) => {
    const operands = Object.values(inputs)
    const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(attrs.equation, operands.length)
    tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, operands as tf.Tensor[])
    const [from, out] = attrs.equation.replaceAll(/\s/g, '').split('->')
    const made: tf.TensorInfo[] = []
    const keep = (tensor: tf.TensorInfo) => {
      made.push(tensor)
      return tensor
    }
    const labelled = from.split(',').map((labels, i, all): Labelled => {
      const others = all.filter((_labels, j) => j !== i).join('')
      return sumAlone({ tensor: operands[i], labels }, others + out, backend, keep)
    })
    const [a, b] = labelled
    const product = b === undefined ? a : multiply(a, b, out, backend, keep)
    const result = order(product, out, backend, keep).tensor
    // One reference more than is given back below: this one is the caller's.
    backend.incRef(result.dataId)
    for (const tensor of made) backend.disposeData(tensor.dataId)
    return result
  })
}

type Keep = (tensor: tf.TensorInfo) => tf.TensorInfo

/** Sums over the axes whose letters appear nowhere else. */
function sumAlone({ tensor, labels }: Labelled, elsewhere: string, backend: WasmBackend, keep: Keep): Labelled {
  const axis = [...labels].flatMap((label, i) => (elsewhere.includes(label) ? [] : [i]))
  if (axis.length === 0) return { tensor, labels }
  const sum = keep(callKernel(tf.Sum, backend, { x: tensor }, { axis, keepDims: false }))
  return { tensor: sum, labels: [...labels].filter(label => elsewhere.includes(label)).join('') }
}

/** Brings axes into another order. */
function order({ tensor, labels }: Labelled, wanted: string, backend: WasmBackend, keep: Keep): Labelled {
  if (labels === wanted) return { tensor, labels }
  const perm = [...wanted].map(label => labels.indexOf(label))
  return { tensor: keep(callKernel(tf.Transpose, backend, { x: tensor }, { perm })), labels: wanted }
}

function multiply(a: Labelled, b: Labelled, out: string, backend: WasmBackend, keep: Keep): Labelled {
  const both = [...a.labels].filter(label => b.labels.includes(label))
  const batch = both.filter(label => out.includes(label)).join('')
  const summed = both.filter(label => !out.includes(label)).join('')
  const rows = [...a.labels].filter(label => !b.labels.includes(label)).join('')
  const columns = [...b.labels].filter(label => !a.labels.includes(label)).join('')
  // A product reads a transposed matrix as fast as a plain one.
  const transposeA = a.labels === batch + summed + rows
  const transposeB = b.labels === batch + columns + summed
  const left = order(a, transposeA ? a.labels : batch + rows + summed, backend, keep).tensor
  const right = order(b, transposeB ? b.labels : batch + summed + columns, backend, keep).tensor
  const sizes = new Map<string, number>()
  for (const { tensor, labels } of [a, b])
    for (const [i, label] of [...labels].entries()) sizes.set(label, tensor.shape[i])
  const size = (labels: string) => [...labels].reduce((product, label) => product * (sizes.get(label) ?? 1), 1)
  const matrices = (tensor: tf.TensorInfo, first: string, second: string) =>
    keep(reshaped(backend, tensor, [size(batch), size(first), size(second)]))
  const product = keep(
    callKernel(
      tf.BatchMatMul,
      backend,
      {
        a: transposeA ? matrices(left, summed, rows) : matrices(left, rows, summed),
        b: transposeB ? matrices(right, columns, summed) : matrices(right, summed, columns),
      },
      { transposeA, transposeB },
    ),
  )
  const labels = batch + rows + columns
  const shape = [...labels].map(label => sizes.get(label) ?? 1)
  return { tensor: keep(reshaped(backend, product, shape)), labels }
}
