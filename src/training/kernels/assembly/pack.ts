/**
 * Packs a matrix `[k, columns]` into panels of eight columns, `[panels, k, 8]`, the last one filled up with zeros. Rows
 * are `rowStep` bytes apart, columns neighbours.
 */
export function packRows(b: usize, rowStep: usize, k: i32, columns: i32, panels: usize): void {
  const panelBytes = (<usize>k) << 5
  const whole = columns & ~7
  for (let row = 0; row < k; row++) {
    let from = b
    let to = panels
    for (let column = 0; column < whole; column += 8) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
      from += 32
      to += panelBytes
    }
    if (whole < columns) {
      const zero = f32x4.splat(0)
      v128.store(to, zero)
      v128.store(to, zero, 16)
      for (let at: usize = 0, end = (<usize>(columns - whole)) << 2; at < end; at += 4)
        f32.store(to + at, f32.load(from + at))
    }
    b += rowStep
    panels += 32
  }
}

/**
 * Packs the transpose of a matrix `[columns, k]` in the same way: its rows, `columnStep` bytes apart, become columns.
 */
export function packColumns(b: usize, columnStep: usize, k: i32, columns: i32, panels: usize): void {
  const panelBytes = (<usize>k) << 5
  for (let column = 0; column < columns; column += 8) {
    const here = min(columns - column, 8)
    if (here == 8) packEightColumns(b, columnStep, k, panels)
    else {
      memory.fill(panels, 0, panelBytes)
      for (let i: usize = 0; i < <usize>here; i++) {
        const from = b + i * columnStep
        const to = panels + (i << 2)
        for (let row: usize = 0; row < <usize>k; row++) f32.store(to + (row << 5), f32.load(from + (row << 2)))
      }
    }
    b += columnStep << 3
    panels += panelBytes
  }
}

function packEightColumns(b: usize, step: usize, k: i32, panel: usize): void {
  packFourColumns(b, step, k, panel)
  packFourColumns(b + (step << 2), step, k, panel + 16)
}

function packFourColumns(b0: usize, step: usize, k: i32, to: usize): void {
  const b1 = b0 + step
  const b2 = b1 + step
  const b3 = b2 + step
  let at: usize = 0
  const whole = (<usize>(k & ~3)) << 2
  for (; at < whole; at += 16) {
    const r0 = v128.load(b0 + at)
    const r1 = v128.load(b1 + at)
    const r2 = v128.load(b2 + at)
    const r3 = v128.load(b3 + at)
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
    v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5))
    v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32)
    v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64)
    v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96)
    to += 128
  }
  for (const end = (<usize>k) << 2; at < end; at += 4) {
    f32.store(to, f32.load(b0 + at))
    f32.store(to, f32.load(b1 + at), 4)
    f32.store(to, f32.load(b2 + at), 8)
    f32.store(to, f32.load(b3 + at), 12)
    to += 32
  }
}
