import { FRAME_FLOATS } from '../../parameters/constants.ts'
import type { Range } from '../../parameters/range.ts'

/** Frames in which a range of the parameters travels; none where it is empty. */
export function framesIn({ first, end }: Range): number {
  return Math.ceil((end - first) / FRAME_FLOATS)
}

/** The bounds of a frame of a range. @param index from 0 */
export function frameOf({ first, end }: Range, index: number): Range {
  const begins = first + index * FRAME_FLOATS
  return { first: begins, end: Math.min(begins + FRAME_FLOATS, end) }
}
