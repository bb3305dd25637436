import { createBitReader, createBitWriter } from '../../parameters/codecs/bits.ts'
import { CodecError } from '../../parameters/codecs/codec.ts'
import { keptOf } from '../../parameters/codecs/fraction.ts'
import { maximumIndexBits, readIndices, writeIndices } from '../../parameters/codecs/indices.ts'
import { largestIndices } from '../../parameters/codecs/largest-indices.ts'
import { scratchMarks } from '../../parameters/codecs/scratch.ts'
import type { Random } from '../ports.ts'
import { EXPLORED } from './constants.ts'
import type { IndexChoice } from './index-choice.ts'
import { scratchFloats, scratchIndices } from './scratch.ts'

/**
 * The `fraction` of each frame with the largest unsent change |x − u|, u what this peer last sent of each element to anybody (Dhasade et
 * al. 2023, "Get More for Less in Decentralized Learning Systems"). An element that is not sent stays in x − u and grows until it is, so u
 * and x − u are the error-feedback memory of Stich, Cordonnier and Jaggi 2018, "Sparsified SGD with Memory": what was sent and what is left
 * make up x. Being moved by an exchange is an unsent change too, so what one partner sent reaches the next.
 *
 * An element that two peers have agreed on, and sent each other, has no unsent change between them, though others may differ. So some
 * elements are chosen wherever the changes are: consecutive ones from a random place, as many as the changes leave, and an
 * {@link EXPLORED} part at least.
 *
 * @param lastSent u, `[parameters]`
 */
export function createTopkIndices(fraction: number, lastSent: Float32Array, random: Random): IndexChoice {
  const count = (elements: number) => keptOf(elements, fraction)
  const maximumBytes = (elements: number) => Math.ceil(maximumIndexBits(elements, count(elements)) / 8)

  return {
    count,
    maximumBytes,
    choose({ first }, own, out) {
      const { length } = own
      const unsent = scratchFloats(2, length)
      // Half of it, which is in the same order: the difference of two float32 may be beyond float32.
      for (let i = 0; i < length; i++) unsent[i] = 0.5 * (own[i] - lastSent[first + i])
      const indices = scratchIndices(count(length))
      const explored = Math.floor(indices.length * EXPLORED + random.uniform())
      const found = largestIndices(unsent, indices.length - explored, indices)
      exploreFrom(random.integer(length), length, indices, found)
      const writer = createBitWriter(out, 0)
      writeIndices(writer, indices, indices.length, length, indices.length)
      return { indices, bytes: writer.finish() }
    },
    read(elements, bytes) {
      const indices = scratchIndices(count(elements))
      const reader = createBitReader(bytes, 0)
      const found = readIndices(reader, indices, elements, indices.length)
      if (found !== indices.length) throw new CodecError(`there are ${found} indices; expected ${indices.length}`)
      return { indices, bytes: reader.finish() }
    },
  }
}

/** Fills up the indices with those that come next after `start`, all ascending. @param found how many there are so far */
function exploreFrom(start: number, length: number, indices: Int32Array, found: number): void {
  const chosen = scratchMarks(length)
  for (let i = 0; i < found; i++) chosen[indices[i]] = 1
  for (let left = indices.length - found, i = start; left > 0; i = i + 1 === length ? 0 : i + 1) {
    left -= 1 - chosen[i]
    chosen[i] = 1
  }
  for (let i = 0, at = 0; i < length; i++) {
    if (chosen[i] === 0) continue
    indices[at++] = i
    chosen[i] = 0
  }
}
