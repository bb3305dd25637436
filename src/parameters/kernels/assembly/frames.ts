/**
 * What is done with every frame of parameters that travels as it is. Addresses and lengths are the caller's to check; no
 * address need be aligned.
 *
 * Compiled by `npm run build:kernels` into `../frames.wasm`.
 */

/**
 * out = w (theirs − own), in float64 and rounded once, as plain JavaScript computes it.
 *
 * @param length floats in each
 * @returns Σ theirs², which is not finite where any of theirs is not
 */
export function difference(own: usize, theirs: usize, weight: f64, out: usize, length: i32): f64 {
  const w = f64x2.splat(weight)
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const a = f64x2.promote_low_f32x4(v128.load64_zero(theirs))
    const b = f64x2.promote_low_f32x4(v128.load64_zero(theirs, 8))
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
    const c = f64x2.mul(w, f64x2.sub(a, f64x2.promote_low_f32x4(v128.load64_zero(own))))
    const d = f64x2.mul(w, f64x2.sub(b, f64x2.promote_low_f32x4(v128.load64_zero(own, 8))))
    v128.store64_lane(out, f32x4.demote_f64x2_zero(c), 0)
    v128.store64_lane(out, f32x4.demote_f64x2_zero(d), 0, 8)
    own += 16
    theirs += 16
    out += 16
  }
  const sums = f64x2.add(low, high)
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  for (; i < length; i++) {
    const said = <f64>f32.load(theirs)
    sum += said * said
    f32.store(out, <f32>(weight * (said - <f64>f32.load(own))))
    own += 4
    theirs += 4
    out += 4
  }
  return sum
}

export function difference2(own: usize, theirs: usize, weight: f64, out: usize, length: i32): f64 {
  const w = f64x2.splat(weight)
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const t = v128.load(theirs)
    const o = v128.load(own)
    const a = f64x2.promote_low_f32x4(t)
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(t, t, 2, 3, 2, 3))
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
    const c = f64x2.mul(w, f64x2.sub(a, f64x2.promote_low_f32x4(o)))
    const d = f64x2.mul(w, f64x2.sub(b, f64x2.promote_low_f32x4(v128.shuffle<f32>(o, o, 2, 3, 2, 3))))
    v128.store(out, v128.shuffle<f32>(f32x4.demote_f64x2_zero(c), f32x4.demote_f64x2_zero(d), 0, 1, 4, 5))
    own += 16
    theirs += 16
    out += 16
  }
  const sums = f64x2.add(low, high)
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
}

export function difference3(own: usize, theirs: usize, weight: f64, out: usize, length: i32): f64 {
  const w = f32x4.splat(<f32>weight)
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const t = v128.load(theirs)
    const a = f64x2.promote_low_f32x4(t)
    const b = f64x2.promote_low_f32x4(v128.load64_zero(theirs, 8))
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
    v128.store(out, f32x4.mul(w, f32x4.sub(t, v128.load(own))))
    own += 16
    theirs += 16
    out += 16
  }
  const sums = f64x2.add(low, high)
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
}

/** target ← target + x, each element rounded once. */
export function add(target: usize, x: usize, length: i32): void {
  let i = 0
  for (; i + 8 <= length; i += 8) {
    v128.store(target, f32x4.add(v128.load(target), v128.load(x)))
    v128.store(target, f32x4.add(v128.load(target, 16), v128.load(x, 16)), 16)
    target += 32
    x += 32
  }
  for (; i < length; i++) {
    f32.store(target, f32.load(target) + f32.load(x))
    target += 4
    x += 4
  }
}

export function check(bytes: usize, length: i32): i32 {
  const mask = i64x2.splat(0xffffffff)
  let aEven = i64x2.splat(0)
  let aOdd = i64x2.splat(0)
  let bEven = i64x2.splat(0)
  let bOdd = i64x2.splat(0)
  let i = 0
  for (; i + 16 <= length; i += 16) {
    const words = v128.load(bytes)
    aEven = i64x2.add(aEven, v128.and(words, mask))
    aOdd = i64x2.add(aOdd, i64x2.shr_u(words, 32))
    bEven = i64x2.add(bEven, aEven)
    bOdd = i64x2.add(bOdd, aOdd)
    bytes += 16
  }
  const s = i64x2.add(i64x2.add(aEven, aOdd), i64x2.add(bEven, bOdd))
  return <i32>(i64x2.extract_lane(s, 0) ^ i64x2.extract_lane(s, 1))
}

export function check2(bytes: usize, length: i32): i32 {
  let a = i64x2.splat(0)
  let b = i64x2.splat(0)
  let i = 0
  for (; i + 16 <= length; i += 16) {
    const w = v128.load(bytes)
    a = i32x4.add(a, v128.xor(w, i32x4.shr_u(w, 16)))
    b = i32x4.add(b, a)
    bytes += 16
  }
  const s = v128.xor(a, b)
  return <i32>(i64x2.extract_lane(s, 0) ^ i64x2.extract_lane(s, 1))
}
