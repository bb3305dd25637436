import { loadColumns } from './columns'
import { multiplyAdd } from './fused-multiply-add'

/**
 * C = max(A B + bias, floor), where the rows of A lie anywhere: samples are multiplied where they are, without copying them
 * into a batch first. B is read as it lies, a row may be followed by the next at once.
 *
 * @param rows int32 `[m]`: where the rows of A, `[m, k]`, begin
 * @param b `[k, n]`, rows `bStep` bytes apart; up to 12 bytes behind each are read, and not used
 * @param bias `[n]`, or 0 for none
 * @param floor 0 for a rectifier, −∞ for none
 * @param c `[m, n]`, rows `cStep` bytes apart: with room for a multiple of four, of which the rest is overwritten
 */
export function productOfRows(
  rows: usize,
  m: i32,
  k: i32,
  b: usize,
  bStep: usize,
  bias: usize,
  floor: f32,
  c: usize,
  cStep: usize,
  n: i32,
): void {
  let column = 0
  for (; column + 8 <= n; column += 8) {
    for (let row = 0; row < m; row += 4) {
      fourByEight(rows + ((<usize>row) << 2), min(m - row, 4), k, b, bStep, bias, floor, c + <usize>row * cStep, cStep)
    }
    b += 32
    bias += bias == 0 ? 0 : 32
    c += 32
  }
  for (; column < n; column += 4) {
    const start = bias == 0 ? f32x4.splat(0) : loadColumns(bias, n - column)
    for (let row = 0; row < m; row += 8) {
      eightByFour(rows + ((<usize>row) << 2), min(m - row, 8), k, b, bStep, start, floor, c + <usize>row * cStep, cStep)
    }
    b += 16
    bias += bias == 0 ? 0 : 16
    c += 16
  }
}

/** The i-th of `m` addresses; of those that do not exist, the last that does: it is computed again, and thrown away. */
function rowAt(rows: usize, i: i32, m: i32): usize {
  return <usize>i32.load(rows + ((<usize>min(i, m - 1)) << 2))
}

/** At most four rows and eight columns of C. Batches are multiples of four more often than of six. */
function fourByEight(
  rows: usize,
  m: i32,
  k: i32,
  b: usize,
  bStep: usize,
  bias: usize,
  floor: f32,
  c: usize,
  cStep: usize,
): void {
  const a0 = rowAt(rows, 0, m)
  const a1 = rowAt(rows, 1, m)
  const a2 = rowAt(rows, 2, m)
  const a3 = rowAt(rows, 3, m)
  let c00 = f32x4.splat(0)
  let c01 = c00
  if (bias != 0) {
    c00 = v128.load(bias)
    c01 = v128.load(bias, 16)
  }
  let c10 = c00
  let c11 = c01
  let c20 = c00
  let c21 = c01
  let c30 = c00
  let c31 = c01
  for (let at: usize = 0, end = (<usize>k) << 2; at < end; at += 4) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let x = v128.load32_splat(a0 + at)
    c00 = multiplyAdd(x, b0, c00)
    c01 = multiplyAdd(x, b1, c01)
    x = v128.load32_splat(a1 + at)
    c10 = multiplyAdd(x, b0, c10)
    c11 = multiplyAdd(x, b1, c11)
    x = v128.load32_splat(a2 + at)
    c20 = multiplyAdd(x, b0, c20)
    c21 = multiplyAdd(x, b1, c21)
    x = v128.load32_splat(a3 + at)
    c30 = multiplyAdd(x, b0, c30)
    c31 = multiplyAdd(x, b1, c31)
    b += bStep
  }
  const least = f32x4.splat(floor)
  storeEight(c, c00, c01, least)
  if (m > 1) storeEight(c + cStep, c10, c11, least)
  if (m > 2) storeEight(c + 2 * cStep, c20, c21, least)
  if (m > 3) storeEight(c + 3 * cStep, c30, c31, least)
}

function storeEight(to: usize, left: v128, right: v128, least: v128): void {
  // What is no number stays so: pmax gives its first argument unless that is smaller.
  v128.store(to, f32x4.pmax(left, least))
  v128.store(to, f32x4.pmax(right, least), 16)
}

/** At most eight rows and four columns of C: what is left of the columns, which for few classes is all. */
function eightByFour(
  rows: usize,
  m: i32,
  k: i32,
  b: usize,
  bStep: usize,
  start: v128,
  floor: f32,
  c: usize,
  cStep: usize,
): void {
  const a0 = rowAt(rows, 0, m)
  const a1 = rowAt(rows, 1, m)
  const a2 = rowAt(rows, 2, m)
  const a3 = rowAt(rows, 3, m)
  const a4 = rowAt(rows, 4, m)
  const a5 = rowAt(rows, 5, m)
  const a6 = rowAt(rows, 6, m)
  const a7 = rowAt(rows, 7, m)
  let c0 = start
  let c1 = start
  let c2 = start
  let c3 = start
  let c4 = start
  let c5 = start
  let c6 = start
  let c7 = start
  for (let at: usize = 0, end = (<usize>k) << 2; at < end; at += 4) {
    const b0 = v128.load(b)
    c0 = multiplyAdd(v128.load32_splat(a0 + at), b0, c0)
    c1 = multiplyAdd(v128.load32_splat(a1 + at), b0, c1)
    c2 = multiplyAdd(v128.load32_splat(a2 + at), b0, c2)
    c3 = multiplyAdd(v128.load32_splat(a3 + at), b0, c3)
    c4 = multiplyAdd(v128.load32_splat(a4 + at), b0, c4)
    c5 = multiplyAdd(v128.load32_splat(a5 + at), b0, c5)
    c6 = multiplyAdd(v128.load32_splat(a6 + at), b0, c6)
    c7 = multiplyAdd(v128.load32_splat(a7 + at), b0, c7)
    b += bStep
  }
  const least = f32x4.splat(floor)
  v128.store(c, f32x4.pmax(c0, least))
  if (m > 1) v128.store(c + cStep, f32x4.pmax(c1, least))
  if (m > 2) v128.store(c + 2 * cStep, f32x4.pmax(c2, least))
  if (m > 3) v128.store(c + 3 * cStep, f32x4.pmax(c3, least))
  if (m > 4) v128.store(c + 4 * cStep, f32x4.pmax(c4, least))
  if (m > 5) v128.store(c + 5 * cStep, f32x4.pmax(c5, least))
  if (m > 6) v128.store(c + 6 * cStep, f32x4.pmax(c6, least))
  if (m > 7) v128.store(c + 7 * cStep, f32x4.pmax(c7, least))
}
