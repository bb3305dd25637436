import { requireSameLength, type Vector } from '../../parameters/vectors.ts'
import type { WeightedVector } from '../aggregator.ts'

/**
 * The reduction of a column: `values[from … to − 1]` are the values of one coordinate, of all peers, in any order, this peer's own among
 * them. It may rearrange these values, and no others.
 */
export type ColumnReduction = (values: Float64Array, from: number, to: number) => number

/**
 * Aggregates coordinate by coordinate, every vector counting once.
 *
 * @param out where to put the result; may be `own`
 * @throws LengthMismatchError
 */
export function reduceColumns(
  own: Vector,
  neighbours: readonly WeightedVector[],
  out: Vector,
  reduce: ColumnReduction,
): void {
  requireSameLength(own, out)
  for (const { vector } of neighbours) requireSameLength(own, vector)
  const vectors = neighbours.length + 1
  const columns = Math.max(1, Math.floor(BLOCK_VALUES / vectors))
  if (block.length < columns * vectors) block = new Float64Array(columns * vectors)
  for (let start = 0; start < own.length; start += columns) {
    const end = Math.min(start + columns, own.length)
    scatter(own, start, end, 0, vectors)
    neighbours.forEach(({ vector }, k) => {
      scatter(vector, start, end, k + 1, vectors)
    })
    for (let p = start; p < end; p++) out[p] = reduce(block, (p - start) * vectors, (p - start + 1) * vectors)
  }
}

/** Coordinates are turned into columns so many values at a time: 32 KiB, which stay in the first-level cache. */
const BLOCK_VALUES = 4096
let block = new Float64Array(BLOCK_VALUES)

function scatter(vector: Vector, start: number, end: number, row: number, vectors: number): void {
  for (let p = start, place = row; p < end; p++, place += vectors) block[place] = vector[p]
}
