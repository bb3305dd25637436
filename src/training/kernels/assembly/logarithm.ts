import { multiplyAdd } from './fused-multiply-add'

/** ln 2 in two parts, so that their products with an exponent keep all digits (Cody and Waite, 1980, chapter 5). */
const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.1219444e-4
/** The bits of √½: what is taken off before the exponent is read, so that mantissas lie around 1. */
const ROOT_OF_HALF: i32 = 0x3f3504f3

/**
 * ln x in each lane, for normal numbers above 0, within 2 units in the last place: x = 2ⁿ (1 + f) with 1 + f from √½ to
 * √2, and for ln(1 + f) the polynomial of Cephes' logf (Moshier, 1989). What is no number stays so.
 */
export function logarithm(x: v128): v128 {
  const n = i32x4.shr_s(i32x4.sub(x, i32x4.splat(ROOT_OF_HALF)), 23)
  const exponent = f32x4.convert_i32x4_s(n)
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(n, 23)), f32x4.splat(1))
  const z = f32x4.mul(f, f)
  let p = multiplyAdd(f32x4.splat(7.0376836292e-2), f, f32x4.splat(-1.151461031e-1))
  p = multiplyAdd(p, f, f32x4.splat(1.167699874e-1))
  p = multiplyAdd(p, f, f32x4.splat(-1.2420140846e-1))
  p = multiplyAdd(p, f, f32x4.splat(1.4249322787e-1))
  p = multiplyAdd(p, f, f32x4.splat(-1.6668057665e-1))
  p = multiplyAdd(p, f, f32x4.splat(2.0000714765e-1))
  p = multiplyAdd(p, f, f32x4.splat(-2.4999993993e-1))
  p = multiplyAdd(p, f, f32x4.splat(3.3333331174e-1))
  const tail = multiplyAdd(
    f32x4.mul(p, f),
    z,
    multiplyAdd(z, f32x4.splat(-0.5), f32x4.mul(exponent, f32x4.splat(LN2_LOW))),
  )
  const y = multiplyAdd(exponent, f32x4.splat(LN2_HIGH), f32x4.add(f, tail))
  return v128.or(y, f32x4.ne(x, x))
}
