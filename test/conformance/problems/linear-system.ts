/**
 * Solves A x = b by elimination with pivots.
 *
 * @param A rows, `[n, n]`; regular
 * @param b `[n]`
 */
export function solveLinear(A: readonly Float64Array[], b: Float64Array): Float64Array {
  const rows = A.map((row, i) => Float64Array.of(...row, b[i]))
  const n = rows.length
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let i = column + 1; i < n; i++) if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i
    ;[rows[column], rows[pivot]] = [rows[pivot], rows[column]]
    for (let i = column + 1; i < n; i++) {
      const factor = rows[i][column] / rows[column][column]
      if (factor === 0) continue
      for (let k = column; k <= n; k++) rows[i][k] -= factor * rows[column][k]
    }
  }
  const x = new Float64Array(n)
  for (let i = n - 1; i >= 0; i--) {
    let left = rows[i][n]
    for (let k = i + 1; k < n; k++) left -= rows[i][k] * x[k]
    x[i] = left / rows[i][i]
  }
  return x
}
