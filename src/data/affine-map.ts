/** Shifts and scales every feature: x ↦ (x − shift) / scale. Both `[features]`; a scale is never 0. */
export interface AffineMap {
  readonly shift: Float64Array
  readonly scale: Float64Array
}

/** Maps whole rows of inputs, one after the other, from `values` to `result`, which may be the same. */
export function applyMap({ shift, scale }: AffineMap, values: Float32Array, result: Float32Array): void {
  const width = shift.length
  for (let row = 0; row < values.length; row += width) {
    for (let feature = 0; feature < width; feature++) {
      result[row + feature] = (values[row + feature] - shift[feature]) / scale[feature]
    }
  }
}
