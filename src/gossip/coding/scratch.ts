/** Memory that a coding works in, kept from one frame to the next; nothing in it outlives a call. */
const floats = [new Float32Array(), new Float32Array(), new Float32Array()]
let places = new Int32Array()

/** Exactly so long, with whatever it held before. @param which of them, so that one call can have several */
export function scratchFloats(which: 0 | 1 | 2, length: number): Float32Array {
  if (floats[which].length < length) floats[which] = new Float32Array(length)
  return floats[which].subarray(0, length)
}

/** Exactly so long, with whatever it held before. */
export function scratchIndices(length: number): Int32Array {
  if (places.length < length) places = new Int32Array(length)
  return places.subarray(0, length)
}
