import { medianOf } from '../../averaging/medians.ts'

/** The last so many of some measurements, and what is usual among them. A few strange ones among many change nothing. */
export interface Recent {
  readonly count: number
  add(value: number): void
  /** NaN where nothing was added. */
  median(): number
  /** The smallest one: of durations, what it takes where nothing else happens. Infinity where nothing was added. */
  least(): number
  /**
   * The median absolute deviation from the median, scaled so that it is the standard deviation where measurements are normally
   * distributed (Hampel 1974, "The Influence Curve and its Role in Robust Estimation"). NaN where nothing was added.
   */
  deviation(): number
}

/** Standard deviations in a median absolute deviation of a normal distribution: 1 / Φ⁻¹(3/4). */
const NORMAL_SCALE = 1.4826

/** @param length how many are remembered */
export function createRecent(length: number): Recent {
  const values: number[] = []
  let oldest = 0
  /** Asked for far more often than anything new comes. */
  let usual: { readonly median: number; readonly deviation: number } | undefined

  function measure() {
    if (usual === undefined) {
      const median = medianOf(values)
      usual = { median, deviation: NORMAL_SCALE * medianOf(values.map(value => Math.abs(value - median))) }
    }
    return usual
  }

  return {
    get count() {
      return values.length
    },
    add(value) {
      usual = undefined
      if (values.length < length) values.push(value)
      else values[oldest] = value
      oldest = (oldest + 1) % length
    },
    median: () => measure().median,
    least: () => Math.min(...values),
    deviation: () => measure().deviation,
  }
}
