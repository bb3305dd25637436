import { exponential } from './exponential'
import { multiplyAdd } from './fused-multiply-add'

/** What {@link unary} computes. */
const SQUARE_ROOT: i32 = 0
const INVERSE_ROOT: i32 = 1
const TANH: i32 = 2

/**
 * y = f(x), element by element.
 *
 * @param operation 0 for √x, 1 for 1/√x, 2 for tanh x, 3 for the error function
 */
export function unary(operation: i32, x: usize, y: usize, length: i32): void {
  if (operation == SQUARE_ROOT) forEach<SquareRoot>(x, y, length)
  else if (operation == INVERSE_ROOT) forEach<InverseRoot>(x, y, length)
  else if (operation == TANH) forEach<Tanh>(x, y, length)
  else forEach<ErrorFunction>(x, y, length)
}

// Types of four sizes stand for the functions: the compiler makes loops for each of them, in which there is nothing to
// choose.
type SquareRoot = i8
type InverseRoot = i16
type Tanh = i32
type ErrorFunction = i64

function forEach<Function>(x: usize, y: usize, length: i32): void {
  const end = (<usize>length) << 2
  const whole = end & ~15
  let at: usize = 0
  for (; at < whole; at += 16) v128.store(y + at, apply<Function>(v128.load(x + at)))
  for (; at < end; at += 4) f32.store(y + at, f32x4.extract_lane(apply<Function>(v128.load32_splat(x + at)), 0))
}

function apply<Function>(x: v128): v128 {
  if (sizeof<Function>() == sizeof<SquareRoot>()) return f32x4.sqrt(x)
  if (sizeof<Function>() == sizeof<InverseRoot>()) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x))
  if (sizeof<Function>() == sizeof<Tanh>()) return tanh(x)
  return errorFunction(x)
}

/** 1 − 2 / (e²ˣ + 1), and near 0, where that loses its digits, the polynomial of Cephes' tanhf (Moshier, 1989). */
function tanh(x: v128): v128 {
  const magnitude = f32x4.abs(x)
  const e = exponential(f32x4.add(magnitude, magnitude))
  const far = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(e, f32x4.splat(1))))
  const sign = v128.and(x, f32x4.splat(-0.0))
  const z = f32x4.mul(x, x)
  let p = multiplyAdd(f32x4.splat(-5.70498872745e-3), z, f32x4.splat(2.06390887954e-2))
  p = multiplyAdd(p, z, f32x4.splat(-5.37397155531e-2))
  p = multiplyAdd(p, z, f32x4.splat(1.33314422036e-1))
  p = multiplyAdd(p, z, f32x4.splat(-3.33332819422e-1))
  const near = multiplyAdd(f32x4.mul(p, z), x, x)
  return v128.bitselect(near, v128.or(far, sign), f32x4.lt(magnitude, f32x4.splat(0.625)))
}

/**
 * Abramowitz and Stegun's 7.1.26 would keep six digits; this is x P(x²) / Q(x²), fitted to float32 on [−4, 4] as Eigen
 * has it.
 */
function errorFunction(x: v128): v128 {
  const inside = f32x4.max(f32x4.min(x, f32x4.splat(4)), f32x4.splat(-4))
  const z = f32x4.mul(inside, inside)
  let p = multiplyAdd(f32x4.splat(-2.72614225801306e-10), z, f32x4.splat(2.77068142495902e-8))
  p = multiplyAdd(p, z, f32x4.splat(-2.10102402082508e-6))
  p = multiplyAdd(p, z, f32x4.splat(-5.69250639462346e-5))
  p = multiplyAdd(p, z, f32x4.splat(-7.34990630326855e-4))
  p = multiplyAdd(p, z, f32x4.splat(-2.95459980854025e-3))
  p = multiplyAdd(p, z, f32x4.splat(-1.60960333262415e-2))
  let q = multiplyAdd(f32x4.splat(-1.45660718464996e-5), z, f32x4.splat(-2.13374055278905e-4))
  q = multiplyAdd(q, z, f32x4.splat(-1.68282697438203e-3))
  q = multiplyAdd(q, z, f32x4.splat(-7.37332916720468e-3))
  q = multiplyAdd(q, z, f32x4.splat(-1.42647390514189e-2))
  return f32x4.div(f32x4.mul(inside, p), q)
}
