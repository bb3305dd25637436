/**
 * Memory that a codec works in, kept from one vector to the next: no codec calls another, and nothing in it outlives a call.
 */
let integers = new Int32Array()
let marks = new Uint8Array()

/** At least so long, with whatever it held before. */
export function scratchIntegers(length: number): Int32Array {
  if (integers.length < length) integers = new Int32Array(length)
  return integers
}

/** Marks, at least so many, all zero; a caller that sets one resets it. */
export function scratchMarks(length: number): Uint8Array {
  if (marks.length < length) marks = new Uint8Array(length)
  return marks
}
