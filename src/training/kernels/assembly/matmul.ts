import { packColumns, packRows } from './pack'
import { clearTile, copyTile, TILE_BYTES, TILE_COLUMNS, TILE_ROWS, tileOfColumns, tileOfRows } from './tile'

/**
 * Products along k that are summed before C is touched again: a panel of B and a tile of A then fit the first cache, of
 * 32 KiB.
 */
const K_BLOCK: i32 = 512
/** Columns of B that are packed at once: at most 512 × 256 floats, half of a second cache of 1 MiB. */
const COLUMN_BLOCK: i32 = 256

/** How many bytes of scratch memory {@link matmul} needs. */
export function matmulScratch(n: i32, k: i32): usize {
  const rows = <usize>min(k, K_BLOCK)
  const columns = <usize>(min(n, COLUMN_BLOCK) + 7) & ~7
  return TILE_BYTES + rows * columns * 4 + rows * TILE_ROWS * 4
}

/**
 * C = op(A) op(B) + bias for one pair of matrices, as Goto and van de Geijn (2008) do it: B is packed in panels that
 * stay in the second cache, and a tile of C is summed in registers. A transposed operand is only read in another order.
 *
 * @param a `[m, k]`, or `[k, m]` where `transposeA`
 * @param b `[k, n]`, or `[n, k]` where `transposeB`
 * @param bias `[n]`, or 0 for none
 * @param c `[m, n]`
 * @param scratch of {@link matmulScratch} bytes
 */
export function matmul(
  a: usize,
  transposeA: bool,
  b: usize,
  transposeB: bool,
  bias: usize,
  c: usize,
  m: i32,
  n: i32,
  k: i32,
  scratch: usize,
): void {
  const zeros = scratch
  const tile = clearTile(scratch)
  const panels = scratch + TILE_BYTES
  const aStep = (<usize>(transposeA ? m : k)) << 2
  const bStep = (<usize>(transposeB ? k : n)) << 2
  const cStep = (<usize>n) << 2
  // Even blocks: 784 = 2 × 392, not 512 + 272.
  const blocks = max((k + K_BLOCK - 1) / K_BLOCK, 1)
  const block = (k + blocks - 1) / blocks

  for (let column = 0; column < n; column += COLUMN_BLOCK) {
    const columns = min(n - column, COLUMN_BLOCK)
    for (let kStart = 0; kStart < max(k, 1); kStart += max(block, 1)) {
      const kHere = min(k - kStart, block)
      if (transposeB) packColumns(b + <usize>column * bStep + ((<usize>kStart) << 2), bStep, kHere, columns, panels)
      else packRows(b + <usize>kStart * bStep + ((<usize>column) << 2), bStep, kHere, columns, panels)
      const aTile = panels + ((<usize>kHere) << 2) * <usize>((columns + 7) & ~7)

      for (let row = 0; row < m; row += TILE_ROWS) {
        const rows = min(m - row, TILE_ROWS)
        const aHere = transposeA
          ? a + <usize>kStart * aStep + ((<usize>row) << 2)
          : a + <usize>row * aStep + ((<usize>kStart) << 2)
        if (transposeA) packTile(aHere, aStep, kHere, rows, aTile)
        // Rows that do not exist are computed from the last that does, and thrown away.
        const a1 = aHere + aStep * <usize>min(1, rows - 1)
        const a2 = aHere + aStep * <usize>min(2, rows - 1)
        const a3 = aHere + aStep * <usize>min(3, rows - 1)
        const a4 = aHere + aStep * <usize>min(4, rows - 1)
        const a5 = aHere + aStep * <usize>min(5, rows - 1)

        let panel = panels
        for (let j = 0; j < columns; j += TILE_COLUMNS) {
          const here = min(columns - j, TILE_COLUMNS)
          const cHere = c + <usize>row * cStep + ((<usize>(column + j)) << 2)
          const whole = rows == TILE_ROWS && here == TILE_COLUMNS
          let init = cHere
          let initStep = cStep
          if (kStart == 0) {
            initStep = 0
            init = bias == 0 ? zeros : bias + ((<usize>(column + j)) << 2)
          }
          if (!whole) {
            copyTile(init, initStep, tile, 32, rows, here)
            init = tile
            initStep = 32
          }
          const to = whole ? cHere : tile
          const toStep = whole ? cStep : 32
          if (transposeA) tileOfColumns(aTile, 24, 1, 0, kHere, panel, 32, init, initStep, to, toStep)
          else tileOfRows(aHere, a1, a2, a3, a4, a5, 1, 0, 1, 0, (<usize>kHere) << 2, panel, init, initStep, to, toStep)
          if (!whole) copyTile(tile, 32, cHere, cStep, rows, here)
          panel += (<usize>kHere) << 5
        }
      }
    }
  }
}

/** Copies six neighbouring columns of a matrix `[k, m]`, fewer at its edge, to `[k, 6]`. */
function packTile(a: usize, aStep: usize, k: i32, rows: i32, to: usize): void {
  for (let i = 0; i < k; i++) {
    if (rows == TILE_ROWS) {
      v128.store(to, v128.load(a))
      i64.store(to, i64.load(a, 16), 16)
    } else {
      for (let row: usize = 0; row < 6; row++) {
        f32.store(to + (row << 2), row < <usize>rows ? f32.load(a + (row << 2)) : 0)
      }
    }
    a += aStep
    to += 24
  }
}
