import { loadColumns, storeColumns } from './columns'
import { multiplyAdd } from './fused-multiply-add'
import { sumOfRows } from './product-of-columns'

// Products of rows of which most numbers are 0, as images of letters on white: what is 0 is not multiplied. The nonzero ones of
// the i-th row are listed, ascending and as offsets in bytes, from the address that the i-th pair of `lists` begins with to the
// one that it ends with.

/** Columns that are summed at once: eight sums for each number of a row. */
const COLUMNS: i32 = 32

/**
 * C = max(A B + bias, floor); arguments as for `productOfRows`, but that B and C have as many columns, and B no gaps.
 *
 * @param lists int32 `[m, 2]`
 */
export function sparseProductOfRows(
  rows: usize,
  lists: usize,
  m: i32,
  b: usize,
  bias: usize,
  floor: f32,
  c: usize,
  cStep: usize,
  n: i32,
): void {
  const least = f32x4.splat(floor)
  for (let i = 0; i < m; i++) {
    const row = <usize>i32.load(rows)
    const begin = <usize>i32.load(lists)
    const end = <usize>i32.load(lists, 4)
    let column = 0
    for (; column + COLUMNS <= n; column += COLUMNS) {
      const at = (<usize>column) << 2
      productOfRow(row, begin, end, b + at, n, bias + at, least, c + at)
    }
    for (; column < n; column += 4) {
      const at = (<usize>column) << 2
      let sum = loadColumns(bias + at, n - column)
      for (let from = begin; from < end; from += 4) {
        const offset = <usize>i32.load(from)
        sum = multiplyAdd(v128.load32_splat(row + offset), v128.load(b + at + offset * <usize>n), sum)
      }
      v128.store(c + at, f32x4.pmax(sum, least))
    }
    rows += 4
    lists += 8
    c += cStep
  }
}

function productOfRow(
  row: usize,
  begin: usize,
  end: usize,
  b: usize,
  n: i32,
  bias: usize,
  least: v128,
  c: usize,
): void {
  let c0 = v128.load(bias)
  let c1 = v128.load(bias, 16)
  let c2 = v128.load(bias, 32)
  let c3 = v128.load(bias, 48)
  let c4 = v128.load(bias, 64)
  let c5 = v128.load(bias, 80)
  let c6 = v128.load(bias, 96)
  let c7 = v128.load(bias, 112)
  for (let from = begin; from < end; from += 4) {
    const offset = <usize>i32.load(from)
    const x = v128.load32_splat(row + offset)
    const bHere = b + offset * <usize>n
    c0 = multiplyAdd(x, v128.load(bHere), c0)
    c1 = multiplyAdd(x, v128.load(bHere, 16), c1)
    c2 = multiplyAdd(x, v128.load(bHere, 32), c2)
    c3 = multiplyAdd(x, v128.load(bHere, 48), c3)
    c4 = multiplyAdd(x, v128.load(bHere, 64), c4)
    c5 = multiplyAdd(x, v128.load(bHere, 80), c5)
    c6 = multiplyAdd(x, v128.load(bHere, 96), c6)
    c7 = multiplyAdd(x, v128.load(bHere, 112), c7)
  }
  v128.store(c, f32x4.pmax(c0, least))
  v128.store(c, f32x4.pmax(c1, least), 16)
  v128.store(c, f32x4.pmax(c2, least), 32)
  v128.store(c, f32x4.pmax(c3, least), 48)
  v128.store(c, f32x4.pmax(c4, least), 64)
  v128.store(c, f32x4.pmax(c5, least), 80)
  v128.store(c, f32x4.pmax(c6, least), 96)
  v128.store(c, f32x4.pmax(c7, least), 112)
}

/** Bytes of scratch memory that {@link sparseProductOfColumns} needs, for so many nonzero numbers in all rows together. */
export function sparseScratch(k: i32, nonzeros: i32): usize {
  return ((<usize>k + 4) << 2) + ((<usize>nonzeros) << 3)
}

/**
 * [Aᵀ D; 1ᵀ D]; arguments as for `productOfColumns`.
 *
 * @param lists int32 `[m, 2]`
 */
export function sparseProductOfColumns(
  rows: usize,
  lists: usize,
  m: i32,
  k: i32,
  d: usize,
  dStep: usize,
  g: usize,
  n: i32,
  from: i32,
  until: i32,
  scratch: usize,
): void {
  const ends = scratch
  const entries = scratch + ((<usize>k + 4) << 2)
  sortByColumn(rows, lists, m, from, until, d, dStep, ends, entries)
  const gStep = (<usize>n) << 2
  let begin = entries
  let to = g + <usize>from * gStep
  for (let i = from; i < until; i++) {
    const end = <usize>i32.load(ends + ((<usize>(i - from)) << 2))
    let column = 0
    for (; column + COLUMNS <= n; column += COLUMNS) {
      const at = (<usize>column) << 2
      productOfColumn(begin, end, at, to + at)
    }
    for (; column < n; column += 4) {
      const at = (<usize>column) << 2
      let sum = f32x4.splat(0)
      for (let from = begin; from < end; from += 8) {
        sum = multiplyAdd(v128.load32_splat(from), v128.load(<usize>i32.load(from, 4) + at), sum)
      }
      storeColumns(to + at, sum, n - column)
    }
    begin = end
    to += gStep
  }
  if (until == k) sumOfRows(d, dStep, m, n, to)
}

/**
 * Lists the nonzero numbers of some columns, column by column, as pairs of the number and the address of its row of D.
 *
 * @param ends int32 `[until - from]`: where the list of each column ends, and that of the next begins
 */
function sortByColumn(
  rows: usize,
  lists: usize,
  m: i32,
  from: i32,
  until: i32,
  d: usize,
  dStep: usize,
  ends: usize,
  entries: usize,
): void {
  const first = (<usize>from) << 2
  const bytes = (<usize>(until - from)) << 2
  memory.fill(ends, 0, bytes)
  for (let i: usize = 0; i < <usize>m; i++) {
    const end = <usize>i32.load(lists + (i << 3), 4)
    for (let next = <usize>i32.load(lists + (i << 3)); next < end; next += 4) {
      // Unsigned: what comes before the first is far behind the last.
      const offset = <usize>i32.load(next) - first
      if (offset < bytes) i32.store(ends + offset, i32.load(ends + offset) + 8)
    }
  }
  // How many bytes each list has, becomes where it begins; and as it is filled, where it ends.
  let next = <i32>entries
  for (let at = ends, stop = ends + bytes; at < stop; at += 4) {
    const length = i32.load(at)
    i32.store(at, next)
    next += length
  }
  for (let i: usize = 0; i < <usize>m; i++) {
    const row = <usize>i32.load(rows + (i << 2))
    const end = <usize>i32.load(lists + (i << 3), 4)
    for (let listed = <usize>i32.load(lists + (i << 3)); listed < end; listed += 4) {
      const offset = <usize>i32.load(listed)
      if (offset - first >= bytes) continue
      const at = ends + offset - first
      const entry = <usize>i32.load(at)
      f32.store(entry, f32.load(row + offset))
      i32.store(entry, <i32>d, 4)
      i32.store(at, <i32>(entry + 8))
    }
    d += dStep
  }
}

function productOfColumn(begin: usize, end: usize, at: usize, g: usize): void {
  let g0 = f32x4.splat(0)
  let g1 = g0
  let g2 = g0
  let g3 = g0
  let g4 = g0
  let g5 = g0
  let g6 = g0
  let g7 = g0
  for (let from = begin; from < end; from += 8) {
    const x = v128.load32_splat(from)
    const d = <usize>i32.load(from, 4) + at
    g0 = multiplyAdd(x, v128.load(d), g0)
    g1 = multiplyAdd(x, v128.load(d, 16), g1)
    g2 = multiplyAdd(x, v128.load(d, 32), g2)
    g3 = multiplyAdd(x, v128.load(d, 48), g3)
    g4 = multiplyAdd(x, v128.load(d, 64), g4)
    g5 = multiplyAdd(x, v128.load(d, 80), g5)
    g6 = multiplyAdd(x, v128.load(d, 96), g6)
    g7 = multiplyAdd(x, v128.load(d, 112), g7)
  }
  v128.store(g, g0)
  v128.store(g, g1, 16)
  v128.store(g, g2, 32)
  v128.store(g, g3, 48)
  v128.store(g, g4, 64)
  v128.store(g, g5, 80)
  v128.store(g, g6, 96)
  v128.store(g, g7, 112)
}
