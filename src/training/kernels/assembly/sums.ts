/**
 * Sums a matrix over its first axis: y[j] = Σ_i x[i, j]. With `outer` of them one after the other.
 *
 * @param x `[outer, rows, columns]`
 * @param y `[outer, columns]`
 */
export function sumRows(x: usize, y: usize, outer: i32, rows: i32, columns: i32): void {
  const step = (<usize>columns) << 2
  for (let o = 0; o < outer; o++) {
    let at: usize = 0
    // Eight columns at a time stay in registers for all rows.
    for (; at + 32 <= step; at += 32) {
      let from = x + at
      let sum0 = f32x4.splat(0)
      let sum1 = sum0
      for (let row = 0; row < rows; row++) {
        sum0 = f32x4.add(sum0, v128.load(from))
        sum1 = f32x4.add(sum1, v128.load(from, 16))
        from += step
      }
      v128.store(y + at, sum0)
      v128.store(y + at, sum1, 16)
    }
    for (; at < step; at += 4) {
      let from = x + at
      let sum: f32 = 0
      for (let row = 0; row < rows; row++) {
        sum += f32.load(from)
        from += step
      }
      f32.store(y + at, sum)
    }
    x += step * <usize>rows
    y += step
  }
}

/**
 * y[s] = Σ x[i] over the rows i whose segment is s; rows with a segment that does not exist are left out.
 *
 * @param x `[rows, columns]`
 * @param segments int32 `[rows]`
 * @param y `[count, columns]`
 */
export function segmentSum(x: usize, segments: usize, y: usize, rows: i32, columns: i32, count: i32): void {
  const step = (<usize>columns) << 2
  memory.fill(y, 0, step * <usize>count)
  for (let row = 0; row < rows; row++) {
    const segment = i32.load(segments + ((<usize>row) << 2))
    if (segment >= 0 && segment < count) {
      const to = y + <usize>segment * step
      let at: usize = 0
      for (; at + 16 <= step; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(x + at)))
      for (; at < step; at += 4) f32.store(to + at, f32.load(to + at) + f32.load(x + at))
    }
    x += step
  }
}
