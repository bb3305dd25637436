import { floats, highDoubles, lowDoubles } from './doubles'

/**
 * out = w x + Σ_k w_k x_k, from first to last k, each element rounded once at the end.
 *
 * @param others `[count]`: addresses of the x_k, int32
 * @param weights `[count]`: w_k, float64
 * @param out may be x
 */
export function weightedSum(
  x: usize,
  w: f64,
  others: usize,
  weights: usize,
  count: i32,
  out: usize,
  length: i32,
): void {
  const own = f64x2.splat(w)
  let i = 0
  for (; i + 8 <= length; i += 8) {
    const at = (<usize>i) << 2
    let values = v128.load(x + at)
    let a = f64x2.mul(own, lowDoubles(values))
    let b = f64x2.mul(own, highDoubles(values))
    values = v128.load(x + at, 16)
    let c = f64x2.mul(own, lowDoubles(values))
    let d = f64x2.mul(own, highDoubles(values))
    for (let k = 0; k < count; k++) {
      const other = <usize>load<u32>(others + ((<usize>k) << 2)) + at
      const weight = v128.load64_splat(weights + ((<usize>k) << 3))
      values = v128.load(other)
      a = f64x2.add(a, f64x2.mul(weight, lowDoubles(values)))
      b = f64x2.add(b, f64x2.mul(weight, highDoubles(values)))
      values = v128.load(other, 16)
      c = f64x2.add(c, f64x2.mul(weight, lowDoubles(values)))
      d = f64x2.add(d, f64x2.mul(weight, highDoubles(values)))
    }
    v128.store(out + at, floats(a, b))
    v128.store(out + at, floats(c, d), 16)
  }
  for (; i < length; i++) {
    const at = (<usize>i) << 2
    let sum = w * <f64>f32.load(x + at)
    for (let k = 0; k < count; k++) {
      const other = <usize>load<u32>(others + ((<usize>k) << 2)) + at
      sum += f64.load(weights + ((<usize>k) << 3)) * <f64>f32.load(other)
    }
    f32.store(out + at, <f32>sum)
  }
}
