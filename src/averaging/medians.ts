/** The middle one, or the mean of the middle two; NaN of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = inOrder(values)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The middle one, or the smaller of the middle two: always one of them. */
export function lowerMedianOf(values: readonly number[]): number {
  return inOrder(values)[(values.length - 1) >> 1]
}

/** The middle one, or the larger of the middle two. */
export function upperMedianOf(values: readonly number[]): number {
  return inOrder(values)[values.length >> 1]
}

/** Numbers of their own kind are sorted without a function that compares. */
function inOrder(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort()
}
