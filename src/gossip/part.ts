import { FRAME_FLOATS } from '../parameters/constants.ts'
import type { FrameRange } from './coding/coding.ts'

/** The part of the parameters that an exchange is about, all of them or a fragment: it travels as consecutive frames. */
export type Part = FrameRange

/** Frames of a part; none where it is empty. */
export function framesOf({ first, end }: Part): number {
  return Math.ceil((end - first) / FRAME_FLOATS)
}

/** Where a frame begins and ends. @param index from 0 */
export function frameOf({ first, end }: Part, index: number): FrameRange {
  const begins = first + index * FRAME_FLOATS
  return { first: begins, end: Math.min(begins + FRAME_FLOATS, end) }
}
