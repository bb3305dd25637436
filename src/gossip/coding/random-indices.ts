import { CodecError, viewOf } from '../../parameters/codecs/codec.ts'
import { drawIndices } from '../../parameters/codecs/draw-indices.ts'
import { keptOf } from '../../parameters/codecs/fraction.ts'
import type { Random } from '../ports.ts'
import type { IndexChoice } from './index-choice.ts'
import { scratchIndices } from './scratch.ts'

/** A 32-bit seed. */
const SEED_BYTES = 4

/** A random `fraction` of each frame, in four bytes: a seed says which. */
export function createRandomIndices(fraction: number, random: Random): IndexChoice {
  const count = (elements: number) => keptOf(elements, fraction)

  function drawn(seed: number, elements: number) {
    const indices = scratchIndices(count(elements))
    drawIndices(seed, elements, indices.length, indices)
    return { indices, bytes: SEED_BYTES }
  }

  return {
    count,
    maximumBytes: () => SEED_BYTES,
    choose(_range, own, out) {
      const seed = random.integer(2 ** 32)
      viewOf(out).setUint32(0, seed, true)
      return drawn(seed, own.length)
    },
    read(elements, bytes) {
      if (bytes.length < SEED_BYTES) throw new CodecError(`${bytes.length} bytes hold no seed`)
      return drawn(viewOf(bytes).getUint32(0, true), elements)
    },
  }
}
