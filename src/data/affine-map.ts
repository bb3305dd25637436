/**
 * Shifts and scales every feature: x ↦ (x − shift) / scale. Both `[features]`; a scale is never 0. A value that is missing, NaN, becomes 0: with
 * the mean for the shift, that is the mean.
 */
export interface AffineMap {
  readonly shift: Float64Array
  readonly scale: Float64Array
}

/** Maps whole rows of inputs, one after the other, from `values` to `result`, which may be the same. */
export function applyMap({ shift, scale }: AffineMap, values: Float32Array, result: Float32Array): void {
  const width = shift.length
  for (let row = 0; row < values.length; row += width) {
    for (let feature = 0; feature < width; feature++) {
      const value = (values[row + feature] - shift[feature]) / scale[feature]
      result[row + feature] = Number.isNaN(value) ? 0 : value
    }
  }
}
