import { createRandom } from '../../../src/random/random.ts'

/** No numbers, one, those around a block, a prime, and many. */
export const SIZES = [0, 1, 2, 255, 256, 257, 1_009, 100_000]

/** Normal numbers of one size. */
export function normalVector(length: number, seed: number | string = 'vector'): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length }, () => random.normal())
}
