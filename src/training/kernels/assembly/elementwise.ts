import { multiplyAdd } from './fused-multiply-add'

/** dx = dy where y > 0, else 0: the gradient of a rectifier from its input or its output. */
export function reluGradient(y: usize, dy: usize, dx: usize, length: i32): void {
  let i = 0
  const zero = f32x4.splat(0)
  for (; i + 4 <= length; i += 4) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)))
    y += 16
    dy += 16
    dx += 16
  }
  for (; i < length; i++) {
    f32.store(dx, f32.load(y) > 0 ? f32.load(dy) : 0)
    y += 4
    dy += 4
    dx += 4
  }
}

/** Σ x², with a sum in float64 for each 256 elements: a sum of millions in float32 would lose its small terms. */
export function sumOfSquares(x: usize, length: i32): f64 {
  let total: f64 = 0
  let i = 0
  while (i + 4 <= length) {
    const end = min(i + 256, length - 3)
    let sum = f32x4.splat(0)
    for (; i < end; i += 4) {
      const value = v128.load(x)
      sum = multiplyAdd(value, value, sum)
      x += 16
    }
    total += <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1)
    total += <f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3)
  }
  for (; i < length; i++) {
    const value = <f64>f32.load(x)
    total += value * value
    x += 4
  }
  return total
}
