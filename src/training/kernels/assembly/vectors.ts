/** y ← x, both of so many bytes. */
export function copy(x: usize, y: usize, bytes: i32): void {
  memory.copy(y, x, bytes)
}

/** x ← x − y. @returns whether what x becomes is finite everywhere: in float32, no exponent is all ones */
export function subtract(x: usize, y: usize, length: i32): bool {
  const exponent = i32x4.splat(EXPONENT)
  let wrong = i32x4.splat(0)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const difference = f32x4.sub(v128.load(x), v128.load(y))
    wrong = v128.or(wrong, i32x4.eq(v128.and(difference, exponent), exponent))
    v128.store(x, difference)
    x += 16
    y += 16
  }
  let finite = !v128.any_true(wrong)
  for (; i < length; i++) {
    f32.store(x, f32.load(x) - f32.load(y))
    finite = finite && (i32.load(x) & EXPONENT) != EXPONENT
    x += 4
    y += 4
  }
  return finite
}

/** The bits of a float32's exponent. */
const EXPONENT: i32 = 0x7f800000
