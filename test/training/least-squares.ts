import { type Dataset, features, gather, outputs, samples } from '../../src/data/dataset.ts'

/**
 * The parameters of a linear model that have the least squared error, by the normal equations.
 *
 * @returns `[features, outputs]` and a bias, `[outputs]`, of inputs and values as they are mapped
 */
export function leastSquares(dataset: Dataset): Float64Array {
  const [rows, width, targets] = [samples(dataset), features(dataset), outputs(dataset)]
  const inputs = new Float32Array(rows * width)
  const values = new Float32Array(rows * targets)
  const all = Int32Array.from({ length: rows }, (_, row) => row)
  gather(dataset, all, inputs, new Int32Array(rows), values)
  const columns = width + 1
  const x = (row: number, column: number) => (column === width ? 1 : inputs[row * width + column])
  const system = Array.from({ length: columns }, (_, i) =>
    Float64Array.from({ length: columns + targets }, (_, j) => {
      let sum = 0
      for (let row = 0; row < rows; row++) {
        sum += x(row, i) * (j < columns ? x(row, j) : values[row * targets + j - columns])
      }
      return sum
    }),
  )
  eliminate(system)
  return Float64Array.from(
    { length: columns * targets },
    (_, k) => system[Math.floor(k / targets)][columns + (k % targets)],
  )
}

/** Gauss and Jordan's elimination, in place: the first columns become the identity. */
function eliminate(system: readonly Float64Array[]): void {
  for (const [pivot, row] of system.entries()) {
    const divisor = row[pivot]
    for (let j = 0; j < row.length; j++) row[j] /= divisor
    for (const [i, other] of system.entries()) {
      if (i === pivot) continue
      const factor = other[pivot]
      for (let j = 0; j < row.length; j++) other[j] -= factor * row[j]
    }
  }
}
