import { multiplyAdd } from './fused-multiply-add'

/**
 * Rows and columns of C that one call computes in registers: 12 sums, 2 vectors of B and one of A are the 15 that V8
 * has.
 */
export const TILE_ROWS: i32 = 6
export const TILE_COLUMNS: i32 = 8

/**
 * C ← init + A B for a tile of C, where the rows of A lie anywhere and each is read in runs: a row of a matrix is one
 * run, the pixels under a filter are one run for each row of the filter.
 *
 * @param a0 to a5: where the six rows of A begin
 * @param outerRuns outermost loop, `outerStep` bytes apart
 * @param innerRuns loop in it, `innerStep` bytes apart
 * @param runBytes consecutive elements of A in a run, in bytes
 * @param b `[k, 8]`, packed
 * @param init what to add to, rows `initStep` bytes apart: 0 for one row that is meant for all
 * @param c rows `cStep` bytes apart
 */
export function tileOfRows(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  a4: usize,
  a5: usize,
  outerRuns: i32,
  outerStep: usize,
  innerRuns: i32,
  innerStep: usize,
  runBytes: usize,
  b: usize,
  init: usize,
  initStep: usize,
  c: usize,
  cStep: usize,
): void {
  let c00 = v128.load(init)
  let c01 = v128.load(init, 16)
  init += initStep
  let c10 = v128.load(init)
  let c11 = v128.load(init, 16)
  init += initStep
  let c20 = v128.load(init)
  let c21 = v128.load(init, 16)
  init += initStep
  let c30 = v128.load(init)
  let c31 = v128.load(init, 16)
  init += initStep
  let c40 = v128.load(init)
  let c41 = v128.load(init, 16)
  init += initStep
  let c50 = v128.load(init)
  let c51 = v128.load(init, 16)
  for (let outer = 0, outerStart: usize = 0; outer < outerRuns; outer++, outerStart += outerStep) {
    for (let inner = 0, start = outerStart; inner < innerRuns; inner++, start += innerStep) {
      for (let at = start, end = start + runBytes; at < end; at += 4) {
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
        x = v128.load32_splat(a4 + at)
        c40 = multiplyAdd(x, b0, c40)
        c41 = multiplyAdd(x, b1, c41)
        x = v128.load32_splat(a5 + at)
        c50 = multiplyAdd(x, b0, c50)
        c51 = multiplyAdd(x, b1, c51)
        b += 32
      }
    }
  }
  v128.store(c, c00)
  v128.store(c, c01, 16)
  c += cStep
  v128.store(c, c10)
  v128.store(c, c11, 16)
  c += cStep
  v128.store(c, c20)
  v128.store(c, c21, 16)
  c += cStep
  v128.store(c, c30)
  v128.store(c, c31, 16)
  c += cStep
  v128.store(c, c40)
  v128.store(c, c41, 16)
  c += cStep
  v128.store(c, c50)
  v128.store(c, c51, 16)
}

/**
 * C ← init + A B for a tile of C, where the six elements of a column of A are neighbours, as in a transposed matrix and
 * in the gradient of a filter.
 *
 * @param a where A's first column begins; the next is `aStep` bytes further
 * @param outerRuns how many stretches of columns there are; A's are `outerStep` bytes apart
 * @param k columns in a stretch
 * @param b rows of 8, each `bStep` bytes after the one before
 * @param init what to add to, rows `initStep` bytes apart: 0 for one row that is meant for all
 * @param c rows `cStep` bytes apart
 */
export function tileOfColumns(
  a: usize,
  aStep: usize,
  outerRuns: i32,
  outerStep: usize,
  k: i32,
  b: usize,
  bStep: usize,
  init: usize,
  initStep: usize,
  c: usize,
  cStep: usize,
): void {
  let c00 = v128.load(init)
  let c01 = v128.load(init, 16)
  init += initStep
  let c10 = v128.load(init)
  let c11 = v128.load(init, 16)
  init += initStep
  let c20 = v128.load(init)
  let c21 = v128.load(init, 16)
  init += initStep
  let c30 = v128.load(init)
  let c31 = v128.load(init, 16)
  init += initStep
  let c40 = v128.load(init)
  let c41 = v128.load(init, 16)
  init += initStep
  let c50 = v128.load(init)
  let c51 = v128.load(init, 16)
  for (let outer = 0; outer < outerRuns; outer++) {
    let at = a
    for (let i = 0; i < k; i++) {
      const b0 = v128.load(b)
      const b1 = v128.load(b, 16)
      let x = v128.load32_splat(at)
      c00 = multiplyAdd(x, b0, c00)
      c01 = multiplyAdd(x, b1, c01)
      x = v128.load32_splat(at, 4)
      c10 = multiplyAdd(x, b0, c10)
      c11 = multiplyAdd(x, b1, c11)
      x = v128.load32_splat(at, 8)
      c20 = multiplyAdd(x, b0, c20)
      c21 = multiplyAdd(x, b1, c21)
      x = v128.load32_splat(at, 12)
      c30 = multiplyAdd(x, b0, c30)
      c31 = multiplyAdd(x, b1, c31)
      x = v128.load32_splat(at, 16)
      c40 = multiplyAdd(x, b0, c40)
      c41 = multiplyAdd(x, b1, c41)
      x = v128.load32_splat(at, 20)
      c50 = multiplyAdd(x, b0, c50)
      c51 = multiplyAdd(x, b1, c51)
      at += aStep
      b += bStep
    }
    a += outerStep
  }
  v128.store(c, c00)
  v128.store(c, c01, 16)
  c += cStep
  v128.store(c, c10)
  v128.store(c, c11, 16)
  c += cStep
  v128.store(c, c20)
  v128.store(c, c21, 16)
  c += cStep
  v128.store(c, c30)
  v128.store(c, c31, 16)
  c += cStep
  v128.store(c, c40)
  v128.store(c, c41, 16)
  c += cStep
  v128.store(c, c50)
  v128.store(c, c51, 16)
}

/** Room for one tile and a row of zeros before it: where scratch memory begins. */
export const TILE_BYTES: usize = 32 + 6 * 8 * 4

/**
 * Makes the row of zeros that tiles are summed onto, at the start of the scratch memory; returns where the room for a
 * tile is.
 */
export function clearTile(scratch: usize): usize {
  memory.fill(scratch, 0, TILE_BYTES)
  return scratch + 32
}

/** Copies `rows` × `columns` floats of a tile. */
export function copyTile(from: usize, fromStep: usize, to: usize, toStep: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    if (columns == TILE_COLUMNS) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
    } else {
      for (let at: usize = 0, end = (<usize>columns) << 2; at < end; at += 4) f32.store(to + at, f32.load(from + at))
    }
    from += fromStep
    to += toStep
  }
}
