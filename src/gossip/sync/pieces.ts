import { FRAME_FLOATS } from '../../parameters/constants.ts'
import type { Range } from '../../parameters/range.ts'
import { PIECE_FRAMES } from './constants.ts'

/** Elements of a piece; the last one of a vector may have fewer. */
export const PIECE_FLOATS = PIECE_FRAMES * FRAME_FLOATS

/** A vector of this length in pieces, in order. One without elements is one empty piece, so that its age can be asked for. */
export function piecesOf(length: number): readonly Range[] {
  return Array.from({ length: Math.max(1, Math.ceil(length / PIECE_FLOATS)) }, (_, index) => ({
    first: index * PIECE_FLOATS,
    end: Math.min((index + 1) * PIECE_FLOATS, length),
  }))
}

/** Whether these are whole frames of a vector of this length, and not more of them than a piece has. */
export function isPiece({ first, end }: Range, length: number): boolean {
  const whole = first % FRAME_FLOATS === 0 && (end % FRAME_FLOATS === 0 || end === length)
  const empty = first === end && length > 0
  return whole && !empty && first <= end && end <= length && end - first <= PIECE_FLOATS
}
