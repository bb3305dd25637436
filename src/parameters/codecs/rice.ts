import type { BitWriter } from './bits.ts'

/**
 * Rice's code of numbers from 0: v ≫ k in ones, a zero, and the low k bits of v (Rice 1979, "Some practical universal
 * noiseless coding techniques"). With the right k it stays within 4 % of the entropy of numbers that fall off
 * geometrically, as gaps between random indices do.
 *
 * @packageDocumentation
 */

/** −ln(φ − 1), φ the golden ratio: see {@link riceParameter}. */
const GOLDEN = 0.48121182505960347

/**
 * The k that is best for geometric numbers of this mean: the smallest with 2ᵏ > −ln(φ − 1) (mean + 1/2) (Kiely 2004,
 * "Selecting the Golomb Parameter in Rice Coding", in the first two terms of ln(1 + 1/mean)). Multiplications alone, so that
 * every machine finds the same.
 *
 * @param total of the numbers
 * @param count of the numbers
 */
export function riceParameter(total: number, count: number): number {
  let k = 0
  while (count > 0 && 2 ** k * count <= GOLDEN * (total + count / 2)) k++
  return k
}

/** Bits of a number beyond k, on average, that no choice of {@link riceParameter} exceeds: the zero, and v ≫ k. */
export const RICE_OVERHEAD = 1 + 1 / GOLDEN

/** Ones that are written at a time. */
const ONES = 24

export function writeRice(writer: BitWriter, value: number, k: number): void {
  let ones = value >>> k
  const low = value & ((1 << k) - 1)
  // Most numbers are small, and one write is faster than two.
  if (ones + 1 + k <= ONES) {
    writer.write(((1 << ones) - 1) | (low << (ones + 1)), ones + 1 + k)
    return
  }
  for (; ones >= ONES; ones -= ONES) writer.write(0xffffff, ONES)
  writer.write((1 << ones) - 1, ones + 1)
  writer.write(low, k)
}
