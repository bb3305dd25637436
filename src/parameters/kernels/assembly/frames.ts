/**
 * What is done with every frame of parameters that travels uncompressed, in a memory that holds frames. Vectors are float32.
 * No address need be aligned.
 *
 * Compiled by `npm run build:kernels` into `../frames.wasm`.
 */

/**
 * out = w (theirs − own), in float64 and rounded once: the same bits as plain JavaScript gives.
 *
 * @param length elements of each
 * @returns Σ theirs², of which every fourth term is summed by itself; not finite where any of theirs is not
 */
export function difference(own: usize, theirs: usize, weight: f64, out: usize, length: i32): f64 {
  const weights = f64x2.splat(weight)
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const a = doubles(theirs)
    const b = doubles(theirs + 8)
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
    storeFloats(out, f64x2.mul(weights, f64x2.sub(a, doubles(own))))
    storeFloats(out + 8, f64x2.mul(weights, f64x2.sub(b, doubles(own + 8))))
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

/** Σ x², of which every fourth term is summed by itself. */
export function squares(x: usize, length: i32): f64 {
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const a = doubles(x)
    const b = doubles(x + 8)
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
    x += 16
  }
  const sums = f64x2.add(low, high)
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  for (; i < length; i++) {
    const value = <f64>f32.load(x)
    sum += value * value
    x += 4
  }
  return sum
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

/**
 * A checksum of bytes: Fletcher's two sums (An Arithmetic Checksum for Serial Transmissions, 1982), of 32-bit words and in
 * four lanes. All numbers are unsigned, of 32 bits, and wrap.
 *
 * The bytes, padded with zeros to a multiple of 16, are little-endian words w_0, w_1, …, and lane l takes w_l, w_(l+4), …:
 *
 *     A_l ← A_l + (w ⊕ (w ≫ 16))        B_l ← B_l + A_l         from A_l = B_l = 0
 *
 * Words of floats often differ in their upper half alone. As they are, such words could be swapped unseen, because what they
 * differ by, times their distance, may be a multiple of 2³²; the shift puts the upper half into the lower one too.
 *
 * In the end, from h = the number of bytes, for each v of A_0, B_0, A_1, B_1, A_2, B_2, A_3, B_3:
 *
 *     h ← h ⊕ v,  h ← (h ⊕ (h ≫ 16)) · 0x85ebca6b,  h ← (h ⊕ (h ≫ 13)) · 0xc2b2ae35,  h ← h ⊕ (h ≫ 16)
 *
 * which are the constants of Appleby's MurmurHash3 (2011): both sums depend on the same words, and less mixing lets what has
 * changed in one undo what has in the other.
 *
 * @returns h
 */
export function checksum(bytes: usize, length: i32): i32 {
  let a = i64x2.splat(0)
  let b = i64x2.splat(0)
  let rest = length
  // Four at a time take half as long as one.
  for (; rest >= 64; rest -= 64) {
    a = i32x4.add(a, mixed(v128.load(bytes)))
    b = i32x4.add(b, a)
    a = i32x4.add(a, mixed(v128.load(bytes, 16)))
    b = i32x4.add(b, a)
    a = i32x4.add(a, mixed(v128.load(bytes, 32)))
    b = i32x4.add(b, a)
    a = i32x4.add(a, mixed(v128.load(bytes, 48)))
    b = i32x4.add(b, a)
    bytes += 64
  }
  for (; rest >= 16; rest -= 16) {
    a = i32x4.add(a, mixed(v128.load(bytes)))
    b = i32x4.add(b, a)
    bytes += 16
  }
  if (rest > 0) {
    a = i32x4.add(a, mixed(padded(bytes, rest)))
    b = i32x4.add(b, a)
  }
  let h = <u32>length
  h = absorb(absorb(h, i32x4.extract_lane(a, 0)), i32x4.extract_lane(b, 0))
  h = absorb(absorb(h, i32x4.extract_lane(a, 1)), i32x4.extract_lane(b, 1))
  h = absorb(absorb(h, i32x4.extract_lane(a, 2)), i32x4.extract_lane(b, 2))
  return absorb(absorb(h, i32x4.extract_lane(a, 3)), i32x4.extract_lane(b, 3))
}

/**
 * The count sketch of `averaging/sketch.ts`, of a part of a vector: its elements are added to the buckets in order, in float64.
 *
 * @param values the elements of the vector from the one numbered `first` on
 * @param sums float64, as many as there are buckets
 */
export function sketch(
  values: usize,
  first: i32,
  length: i32,
  buckets: i32,
  key: u32,
  signKey: u32,
  sums: usize,
): void {
  const end = first + length
  let from = first
  while (from < end) {
    const row = from / buckets
    const start = row * buckets
    const rowEnd = min(end, start + buckets)
    const turn = <i32>((<u64>absorb(0, <u32>row ^ key) * <u64>buckets) >>> 32)
    // From where on they have turned to the first bucket.
    const wrap = min(rowEnd, max(from, start + buckets - turn))
    const address = values + ((<usize>(from - first)) << 2)
    addRun(address, from, wrap, signKey, sums + ((<usize>(from - start + turn)) << 3))
    const rest = wrap - from
    addRun(
      address + ((<usize>rest) << 2),
      wrap,
      rowEnd,
      signKey,
      sums + ((<usize>(wrap - start + turn - buckets)) << 3),
    )
    from = rowEnd
  }
}

/** Adds elements in a row to buckets in a row, with the sign that bit i mod 32 of a hash has for element i. */
function addRun(values: usize, first: i32, end: i32, signKey: u32, sums: usize): void {
  let signs: u32 = 0
  let i = first
  while (i < end) {
    if (i === first || (i & 31) === 0) signs = absorb(0, (<u32>i >>> 5) ^ signKey)
    if ((i & 3) === 0 && i + 4 <= end) {
      // The bits of four, each moved to where a float has its sign.
      const bits = i32x4.mul(i32x4.splat(signs >>> (i & 31)), i32x4(1 << 31, 1 << 30, 1 << 29, 1 << 28))
      const signed = v128.xor(v128.load(values), v128.and(bits, i32x4.splat(1 << 31)))
      const high = i8x16.shuffle(signed, signed, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)
      v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(signed)))
      v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(high)), 16)
      values += 16
      sums += 32
      i += 4
    } else {
      const value = <f64>f32.load(values)
      f64.store(sums, f64.load(sums) + ((signs >>> (i & 31)) & 1 ? -value : value))
      values += 4
      sums += 8
      i++
    }
  }
}

/** Two floats. */
function doubles(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(address))
}

/** Two floats, each rounded once. */
function storeFloats(address: usize, values: v128): void {
  v128.store64_lane(address, f32x4.demote_f64x2_zero(values), 0)
}

function mixed(words: v128): v128 {
  return v128.xor(words, i32x4.shr_u(words, 16))
}

/** So many bytes, fewer than 16, and zeros. */
function padded(bytes: usize, length: i32): v128 {
  let low: u64 = 0
  let high: u64 = 0
  for (let i = 0; i < length; i++) {
    const byte = <u64>load<u8>(bytes + i)
    if (i < 8) low |= byte << (8 * i)
    else high |= byte << (8 * (i - 8))
  }
  return i64x2.replace_lane(i64x2.splat(low), 1, high)
}

function absorb(h: u32, value: u32): u32 {
  h ^= value
  h = (h ^ (h >>> 16)) * 0x85ebca6b
  h = (h ^ (h >>> 13)) * 0xc2b2ae35
  return h ^ (h >>> 16)
}
