// Floats as doubles and back, two at a time.

/** The first two of four floats. */
export function lowDoubles(values: v128): v128 {
  return f64x2.promote_low_f32x4(values)
}

/** The last two of four floats. */
export function highDoubles(values: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(values, values, 2, 3, 2, 3))
}

/** Four floats, each rounded once. */
export function floats(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5)
}
