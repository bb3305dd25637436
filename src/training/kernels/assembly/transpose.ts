/**
 * The transpose of a matrix without gaps.
 *
 * @param from `[rows, columns]`
 * @param to `[columns, rows]`, its rows `toStep` bytes apart
 */
export function transpose(from: usize, rows: i32, columns: i32, to: usize, toStep: usize): void {
  const step = (<usize>columns) << 2
  let row = 0
  for (; row + 4 <= rows; row += 4) {
    transposeFour(from, from + step, from + 2 * step, from + 3 * step, columns, to, toStep)
    from += step << 2
    to += 16
  }
  for (; row < rows; row++) {
    let here = to
    for (const end = from + step; from < end; from += 4) {
      f32.store(here, f32.load(from))
      here += toStep
    }
    to += 4
  }
}

/** Four rows become four columns, `[columns, 4]`, of which one is `toStep` bytes after the other. */
export function transposeFour(
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  columns: i32,
  to: usize,
  toStep: usize,
): void {
  let at: usize = 0
  for (const whole = (<usize>(columns & ~3)) << 2; at < whole; at += 16) {
    const x0 = v128.load(r0 + at)
    const x1 = v128.load(r1 + at)
    const x2 = v128.load(r2 + at)
    const x3 = v128.load(r3 + at)
    const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5)
    const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7)
    const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5)
    const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7)
    v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5))
    to += toStep
    v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7))
    to += toStep
    v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5))
    to += toStep
    v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7))
    to += toStep
  }
  for (const end = (<usize>columns) << 2; at < end; at += 4) {
    f32.store(to, f32.load(r0 + at))
    f32.store(to, f32.load(r1 + at), 4)
    f32.store(to, f32.load(r2 + at), 8)
    f32.store(to, f32.load(r3 + at), 12)
    to += toStep
  }
}
