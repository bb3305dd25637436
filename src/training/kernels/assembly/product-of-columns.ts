import { storeColumns } from './columns'
import { multiplyAdd } from './fused-multiply-add'
import { TILE_COLUMNS, TILE_ROWS, tileOfColumns } from './tile'

/** Columns of A that are laid side by side, and rows of G that one call computes; columns are {@link TILE_COLUMNS}. */
const TILE_BYTES_OF_A: usize = (<usize>TILE_ROWS) << 2
const PANEL_STEP: usize = (<usize>TILE_COLUMNS) << 2

/** Bytes of scratch memory that {@link productOfColumns} needs. */
export function columnsScratch(m: i32, n: i32): usize {
  const panels = <usize>(n / TILE_COLUMNS)
  return PANEL_STEP + <usize>m * (TILE_BYTES_OF_A + panels * PANEL_STEP)
}

/**
 * The gradient of a dense layer, [Aᵀ D; 1ᵀ D]: that of its matrix and, in a last row, that of its bias, as they lie one after
 * the other in a parameter vector. The rows of A lie anywhere.
 *
 * D is laid in panels of eight columns, which stay in the first caches, and G is written from its first row to its last: with its
 * columns one after the other, each of its lines would be fetched and written several times.
 *
 * @param rows int32 `[m]`: where the rows of A, `[m, k]`, begin; up to 28 bytes behind each are read, and not used
 * @param d `[m, n]`, rows `dStep` bytes apart, with room for a multiple of four
 * @param g `[k + 1, n]`, without gaps
 * @param from, until the rows of G that are computed, and with the last of A's columns the sums: threads share them out
 * @param scratch memory of {@link columnsScratch} bytes
 */
export function productOfColumns(
  rows: usize,
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
  const gStep = (<usize>n) << 2
  const whole = n - (n % TILE_COLUMNS)
  const zeros = scratch
  const sideBySide = zeros + PANEL_STEP
  const panels = sideBySide + <usize>m * TILE_BYTES_OF_A
  if (whole > 0) {
    memory.fill(zeros, 0, PANEL_STEP)
    layPanels(d, dStep, m, whole, panels)
    let i = from
    let to = g + <usize>from * gStep
    for (; i + TILE_ROWS <= until; i += TILE_ROWS) {
      laySideBySide(rows, m, (<usize>i) << 2, sideBySide)
      let panel = panels
      let at = to
      for (let column = 0; column < whole; column += TILE_COLUMNS) {
        tileOfColumns(sideBySide, TILE_BYTES_OF_A, 1, 0, m, panel, PANEL_STEP, zeros, 0, at, gStep)
        panel += <usize>m * PANEL_STEP
        at += PANEL_STEP
      }
      to += gStep * <usize>TILE_ROWS
    }
    for (; i < until; i += 4) {
      let panel = panels
      let at = to
      for (let column = 0; column < whole; column += TILE_COLUMNS) {
        fourByEight(rows, m, (<usize>i) << 2, min(until - i, 4), panel, PANEL_STEP, at, gStep)
        panel += <usize>m * PANEL_STEP
        at += PANEL_STEP
      }
      to += gStep << 2
    }
  }
  for (let column = whole; column < n; column += 4) {
    const at = (<usize>column) << 2
    let to = g + at + <usize>from * gStep
    for (let i = from; i < until; i += 8) {
      eightByFour(rows, m, (<usize>i) << 2, min(until - i, 8), d + at, dStep, to, gStep, n - column)
      to += gStep << 3
    }
  }
  if (until == k) sumOfRows(d, dStep, m, n, g + <usize>k * gStep)
}

/** Eight columns of D after the other, `[panels, m, 8]`. */
function layPanels(d: usize, dStep: usize, m: i32, columns: i32, to: usize): void {
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    let from = d + ((<usize>column) << 2)
    for (let row = 0; row < m; row++) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
      from += dStep
      to += PANEL_STEP
    }
  }
}

/** Six numbers of each row of A, `[m, 6]`. @param offset where in the rows, in bytes */
function laySideBySide(rows: usize, m: i32, offset: usize, to: usize): void {
  for (const end = rows + ((<usize>m) << 2); rows < end; rows += 4) {
    const a = <usize>i32.load(rows) + offset
    v128.store(to, v128.load(a))
    v128.store64_lane(to, v128.load64_zero(a, 16), 0, 16)
    to += TILE_BYTES_OF_A
  }
}

/** At most four rows and eight columns of G. @param offset where in A's rows, in bytes */
function fourByEight(
  rows: usize,
  m: i32,
  offset: usize,
  count: i32,
  d: usize,
  dStep: usize,
  g: usize,
  gStep: usize,
): void {
  let g00 = f32x4.splat(0)
  let g01 = g00
  let g10 = g00
  let g11 = g00
  let g20 = g00
  let g21 = g00
  let g30 = g00
  let g31 = g00
  for (const end = rows + ((<usize>m) << 2); rows < end; rows += 4) {
    const a = <usize>i32.load(rows) + offset
    const d0 = v128.load(d)
    const d1 = v128.load(d, 16)
    let x = v128.load32_splat(a)
    g00 = multiplyAdd(x, d0, g00)
    g01 = multiplyAdd(x, d1, g01)
    x = v128.load32_splat(a, 4)
    g10 = multiplyAdd(x, d0, g10)
    g11 = multiplyAdd(x, d1, g11)
    x = v128.load32_splat(a, 8)
    g20 = multiplyAdd(x, d0, g20)
    g21 = multiplyAdd(x, d1, g21)
    x = v128.load32_splat(a, 12)
    g30 = multiplyAdd(x, d0, g30)
    g31 = multiplyAdd(x, d1, g31)
    d += dStep
  }
  storeEight(g, g00, g01)
  if (count > 1) storeEight(g + gStep, g10, g11)
  if (count > 2) storeEight(g + 2 * gStep, g20, g21)
  if (count > 3) storeEight(g + 3 * gStep, g30, g31)
}

function storeEight(to: usize, left: v128, right: v128): void {
  v128.store(to, left)
  v128.store(to, right, 16)
}

/** At most eight rows and four columns of G. @param columns that are left */
function eightByFour(
  rows: usize,
  m: i32,
  offset: usize,
  count: i32,
  d: usize,
  dStep: usize,
  g: usize,
  gStep: usize,
  columns: i32,
): void {
  let g0 = f32x4.splat(0)
  let g1 = g0
  let g2 = g0
  let g3 = g0
  let g4 = g0
  let g5 = g0
  let g6 = g0
  let g7 = g0
  for (const end = rows + ((<usize>m) << 2); rows < end; rows += 4) {
    const a = <usize>i32.load(rows) + offset
    const d0 = v128.load(d)
    g0 = multiplyAdd(v128.load32_splat(a), d0, g0)
    g1 = multiplyAdd(v128.load32_splat(a, 4), d0, g1)
    g2 = multiplyAdd(v128.load32_splat(a, 8), d0, g2)
    g3 = multiplyAdd(v128.load32_splat(a, 12), d0, g3)
    g4 = multiplyAdd(v128.load32_splat(a, 16), d0, g4)
    g5 = multiplyAdd(v128.load32_splat(a, 20), d0, g5)
    g6 = multiplyAdd(v128.load32_splat(a, 24), d0, g6)
    g7 = multiplyAdd(v128.load32_splat(a, 28), d0, g7)
    d += dStep
  }
  storeColumns(g, g0, columns)
  if (count > 1) storeColumns(g + gStep, g1, columns)
  if (count > 2) storeColumns(g + 2 * gStep, g2, columns)
  if (count > 3) storeColumns(g + 3 * gStep, g3, columns)
  if (count > 4) storeColumns(g + 4 * gStep, g4, columns)
  if (count > 5) storeColumns(g + 5 * gStep, g5, columns)
  if (count > 6) storeColumns(g + 6 * gStep, g6, columns)
  if (count > 7) storeColumns(g + 7 * gStep, g7, columns)
}

/** The sum of `m` rows of `n` numbers. */
export function sumOfRows(d: usize, dStep: usize, m: i32, n: i32, g: usize): void {
  for (let column = 0; column < n; column += 4) {
    let sum = f32x4.splat(0)
    let from = d
    for (let row = 0; row < m; row++) {
      sum = f32x4.add(sum, v128.load(from))
      from += dStep
    }
    storeColumns(g, sum, n - column)
    d += 16
    g += 16
  }
}
