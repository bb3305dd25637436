import { UsageError } from '../../errors.ts'
import { firstNonFinite, type Vector } from '../../parameters/vectors.ts'

/** How real numbers become whole ones modulo 2³², so that the sum over all peers does not wrap. */
export interface FixedPoint {
  /** Largest absolute value of a coordinate; what is beyond is cut off. */
  readonly limit: number
  /** Peers over which the sum is taken. */
  readonly peers: number
}

/** The largest whole number that stands for a coordinate: so many of the peers fit into the positive half of the ring. */
function largest({ peers }: FixedPoint): number {
  return Math.floor((2 ** 31 - 1) / peers)
}

/**
 * Each coordinate, cut off at the limit, as the nearest whole multiple of limit / ⌊(2³¹ − 1) / peers⌋; a negative one as its
 * complement modulo 2³².
 *
 * @throws UsageError where a coordinate is NaN or infinite
 */
export function toFixedPoint(vector: Vector, format: FixedPoint): Uint32Array {
  const odd = firstNonFinite(vector)
  if (odd >= 0) throw new UsageError(`coordinate ${odd} is ${vector[odd]}; only finite numbers can be summed securely`)
  const { limit } = format
  const scale = largest(format) / limit
  return Uint32Array.from(vector, value => Math.round(Math.max(-limit, Math.min(limit, value)) * scale))
}

/** The sum that whole numbers of {@link toFixedPoint} have modulo 2³², as real numbers. */
export function fromFixedPoint(sum: Uint32Array, format: FixedPoint): Float64Array {
  const step = format.limit / largest(format)
  // The upper half of the ring stands for what is negative.
  return Float64Array.from(sum, word => (word | 0) * step)
}
