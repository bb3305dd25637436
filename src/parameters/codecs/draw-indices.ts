import { createRandom } from '../../random/random.ts'
import { scratchMarks } from './scratch.ts'

/**
 * Some of the indices 0 … length − 1, every choice equally likely and the same wherever the seed is known (Floyd's algorithm,
 * in Bentley and Floyd 1987, "A Sample of Brilliance").
 *
 * @param count at most `length`
 * @param indices takes them, ascending; at least `count` long
 */
export function drawIndices(seed: number | string, length: number, count: number, indices: Int32Array): void {
  const random = createRandom(seed)
  const drawn = scratchMarks(length)
  for (let last = length - count; last < length; last++) {
    const index = random.integer(last + 1)
    drawn[drawn[index] === 1 ? last : index] = 1
  }
  let at = 0
  for (let i = 0; i < length; i++) {
    if (drawn[i] === 1) {
      indices[at++] = i
      drawn[i] = 0
    }
  }
}
