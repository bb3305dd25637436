import { littleEndianBytes, readLittleEndian } from '../../parameters/little-endian.ts'
import { firstNonFinite } from '../../parameters/vectors.ts'
import { ProtocolViolationError } from '../errors.ts'
import { SKETCH_BUCKETS } from '../membership/constants.ts'
import type { Message } from '../streams/messages.ts'
import type { Reach } from './clipping.ts'

type Word = Extract<Message, { type: 'propose' }>['reach']

/** {@link Reach} as a message carries it: the sketch as base64, and no radius that is infinite, which JSON cannot say. */
export function encodeReach({ sketch, radius }: Reach): NonNullable<Word> {
  const encoded = Buffer.from(littleEndianBytes(sketch)).toString('base64')
  return Number.isFinite(radius) ? { sketch: encoded, radius } : { sketch: encoded }
}

/** @throws ProtocolViolationError for what is no sketch */
export function decodeReach(word: NonNullable<Word>): Reach {
  const bytes = Buffer.from(word.sketch, 'base64')
  const sketch = new Float32Array(SKETCH_BUCKETS)
  if (bytes.length !== sketch.byteLength) {
    throw new ProtocolViolationError(`said a sketch of ${bytes.length} bytes; ${sketch.byteLength} were expected`)
  }
  readLittleEndian(bytes, sketch)
  const bad = firstNonFinite(sketch)
  if (bad !== -1) throw new ProtocolViolationError(`element ${bad} of its sketch is ${sketch[bad]}`)
  return { sketch, radius: word.radius ?? Number.POSITIVE_INFINITY }
}
