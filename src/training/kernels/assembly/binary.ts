/** What {@link binary} computes. */
const ADD: i32 = 0
const SUBTRACT: i32 = 1
const MULTIPLY: i32 = 2

/**
 * y = a ∘ b for matrices of which each may be one row for all rows, one column for all columns, or one number for all:
 * a step of 0 bytes reads the same again.
 *
 * @param operation 0 adds, 1 subtracts, 2 multiplies, 3 divides
 * @param aRow, bRow bytes from one row to the next
 * @param aColumn, bColumn bytes from one column to the next, 4 or 0
 * @param y `[rows, columns]`
 */
export function binary(
  operation: i32,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  y: usize,
  rows: i32,
  columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    if (operation == ADD) alongRow<Add>(a, aColumn, b, bColumn, y, columns)
    else if (operation == SUBTRACT) alongRow<Subtract>(a, aColumn, b, bColumn, y, columns)
    else if (operation == MULTIPLY) alongRow<Multiply>(a, aColumn, b, bColumn, y, columns)
    else alongRow<Divide>(a, aColumn, b, bColumn, y, columns)
    a += aRow
    b += bRow
    y += (<usize>columns) << 2
  }
}

// Types of four sizes stand for the operations: the compiler makes loops for each of them, in which there is nothing to
// choose.
type Add = i8
type Subtract = i16
type Multiply = i32
type Divide = i64

function alongRow<Operation>(a: usize, aColumn: usize, b: usize, bColumn: usize, y: usize, columns: i32): void {
  const end = (<usize>columns) << 2
  const whole = end & ~15
  let at: usize = 0
  if (aColumn == 0) {
    const a4 = v128.load32_splat(a)
    for (; at < whole; at += 16) v128.store(y + at, combine4<Operation>(a4, v128.load(b + at)))
  } else if (bColumn == 0) {
    const b4 = v128.load32_splat(b)
    for (; at < whole; at += 16) v128.store(y + at, combine4<Operation>(v128.load(a + at), b4))
  } else {
    for (; at < whole; at += 16) v128.store(y + at, combine4<Operation>(v128.load(a + at), v128.load(b + at)))
  }
  for (; at < end; at += 4) {
    const x = f32.load(aColumn == 0 ? a : a + at)
    f32.store(y + at, combine<Operation>(x, f32.load(bColumn == 0 ? b : b + at)))
  }
}

function combine4<Operation>(a: v128, b: v128): v128 {
  if (sizeof<Operation>() == sizeof<Add>()) return f32x4.add(a, b)
  if (sizeof<Operation>() == sizeof<Subtract>()) return f32x4.sub(a, b)
  if (sizeof<Operation>() == sizeof<Multiply>()) return f32x4.mul(a, b)
  return f32x4.div(a, b)
}

function combine<Operation>(a: f32, b: f32): f32 {
  if (sizeof<Operation>() == sizeof<Add>()) return a + b
  if (sizeof<Operation>() == sizeof<Subtract>()) return a - b
  if (sizeof<Operation>() == sizeof<Multiply>()) return a * b
  return a / b
}
