import { multiplyAdd } from './fused-multiply-add'

/** Below it eˣ is no normal number, and 0 here. */
const SMALLEST: f32 = -87.33654
/** Above it eˣ is infinite. */
const LARGEST: f32 = 88.72284
const LOG2_E: f32 = <f32>Math.LOG2E
/** ln 2 in two parts, so that their products with n keep all digits (Cody and Waite, 1980, chapter 6). */
const LN2_HIGH: f32 = -0.693359375
const LN2_LOW: f32 = 2.1219444e-4

/**
 * eˣ in each lane, within 2 units in the last place: eˣ = 2ⁿ eʳ with n = round(x / ln 2), and for eʳ the polynomial of
 * Cephes' expf (Moshier, 1989).
 */
export function exponential(x: v128): v128 {
  const inside = f32x4.max(f32x4.min(x, f32x4.splat(LARGEST)), f32x4.splat(SMALLEST))
  const n = f32x4.nearest(f32x4.mul(inside, f32x4.splat(LOG2_E)))
  const r = multiplyAdd(n, f32x4.splat(LN2_LOW), multiplyAdd(n, f32x4.splat(LN2_HIGH), inside))
  let p = multiplyAdd(f32x4.splat(1.98756915e-4), r, f32x4.splat(1.3981999507e-3))
  p = multiplyAdd(p, r, f32x4.splat(8.3334519073e-3))
  p = multiplyAdd(p, r, f32x4.splat(4.1665795894e-2))
  p = multiplyAdd(p, r, f32x4.splat(1.6666665459e-1))
  p = multiplyAdd(p, r, f32x4.splat(5.0000001201e-1))
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), f32x4.splat(1))
  // In two halves: 2¹²⁸ is infinite, and 2¹²⁸ eʳ need not be.
  const half = i32x4.shr_s(i32x4.trunc_sat_f32x4_s(n), 1)
  const rest = i32x4.sub(i32x4.trunc_sat_f32x4_s(n), half)
  const y = f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(rest))
  const large = v128.bitselect(f32x4.splat(Infinity), y, f32x4.gt(x, f32x4.splat(LARGEST)))
  return v128.andnot(large, f32x4.lt(x, f32x4.splat(SMALLEST)))
}

function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23)
}
