import type { BitReader, BitWriter } from './bits.ts'
import { CodecError } from './codec.ts'
import { RICE_OVERHEAD, riceParameter, writeRice } from './rice.ts'

/**
 * Some of the indices 0 … length − 1, ascending: how many, and the gaps between them in Rice's code, whose parameter follows
 * from the two numbers. Of random indices that takes 8.1 bits each where 1 % are chosen, 4.8 where 10 % are; a gap in whole
 * bytes, seven bits in each, would take 10.3 and 8.
 *
 * @packageDocumentation
 */

/** Bits that hold every number from 0 to `most`. */
export function widthOf(most: number): number {
  return 32 - Math.clz32(most)
}

/** No encoding of at most so many of `length` indices takes more bits. */
export function maximumIndexBits(length: number, most: number): number {
  // Gaps add up to less than the length, so fewer indices cost less, though each costs more.
  return most === 0 ? 0 : Math.ceil(widthOf(most) + most * (RICE_OVERHEAD + Math.log2(length / most)))
}

/** The code of the gaps; only a hint of their mean, so any choice decodes. */
export function gapParameter(length: number, count: number): number {
  return riceParameter(length - count, count)
}

/** @param most how many there may be: what both sides know */
export function writeIndices(
  writer: BitWriter,
  indices: Int32Array,
  count: number,
  length: number,
  most: number,
): void {
  writer.write(count, widthOf(most))
  const k = gapParameter(length, count)
  let next = 0
  for (let i = 0; i < count; i++) {
    writeRice(writer, indices[i] - next, k)
    next = indices[i] + 1
  }
}

/**
 * @param indices takes them; at least `most` long
 * @returns how many there are
 * @throws CodecError for more than `most`, or one that is not below `length`
 */
export function readIndices(reader: BitReader, indices: Int32Array, length: number, most: number): number {
  const count = reader.read(widthOf(most))
  if (count > most) throw new CodecError(`there are ${count} indices; expected at most ${most}`)
  const k = gapParameter(length, count)
  let next = 0
  for (let i = 0; i < count; i++) {
    // After this one, the others need room too.
    const index = next + reader.rice(k, length - (count - i) - next)
    indices[i] = index
    next = index + 1
  }
  return count
}
