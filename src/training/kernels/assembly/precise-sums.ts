import { highDoubles, lowDoubles } from './doubles'

/** sums ← sums + x. @param sums `[length]` of float64 */
export function accumulate(sums: usize, x: usize, length: i32): void {
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const values = v128.load(x)
    v128.store(sums, f64x2.add(v128.load(sums), lowDoubles(values)))
    v128.store(sums, f64x2.add(v128.load(sums, 16), highDoubles(values)), 16)
    x += 16
    sums += 32
  }
  for (; i < length; i++) {
    f64.store(sums, f64.load(sums) + <f64>f32.load(x))
    x += 4
    sums += 8
  }
}

/** Σ (x − centre)², of which every fourth term is summed by itself. @param centre `[length]` of float64 */
export function squaredDistance(x: usize, centre: usize, length: i32): f64 {
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const values = v128.load(x)
    const a = f64x2.sub(lowDoubles(values), v128.load(centre))
    const b = f64x2.sub(highDoubles(values), v128.load(centre, 16))
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
    x += 16
    centre += 32
  }
  let sum = lanesOf(f64x2.add(low, high))
  for (; i < length; i++) {
    const difference = <f64>f32.load(x) - f64.load(centre)
    sum += difference * difference
    x += 4
    centre += 8
  }
  return sum
}

/** Σ x², of which every fourth term is summed by itself. NaN where an element is. */
export function squaredNorm(x: usize, length: i32): f64 {
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const values = v128.load(x)
    const a = lowDoubles(values)
    const b = highDoubles(values)
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
    x += 16
  }
  let sum = lanesOf(f64x2.add(low, high))
  for (; i < length; i++) {
    const value = <f64>f32.load(x)
    sum += value * value
    x += 4
  }
  return sum
}

function lanesOf(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
}
