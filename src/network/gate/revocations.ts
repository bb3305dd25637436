import { MAX_REVOCATIONS } from '../../admission/constants.ts'
import { ProtocolError } from '../../gossip/streams/stream-errors.ts'
import { MAX_REVOCATIONS_BYTES } from './constants.ts'

/** Each revocation is preceded by its length, an unsigned 16-bit integer, big-endian. */
const LENGTH_BYTES = 2

/** One message of as many revocations as it may hold. */
export function encodeRevocations(revocations: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = []
  let bytes = 0
  for (const revocation of revocations.slice(0, MAX_REVOCATIONS)) {
    const length = new Uint8Array(LENGTH_BYTES)
    new DataView(length.buffer).setUint16(0, revocation.byteLength, false)
    bytes += LENGTH_BYTES + revocation.byteLength
    if (bytes > MAX_REVOCATIONS_BYTES) break
    parts.push(length, revocation)
  }
  return Buffer.concat(parts)
}

/** @throws ProtocolError */
export function decodeRevocations(message: Uint8Array): Uint8Array[] {
  const revocations: Uint8Array[] = []
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  for (let at = 0; at < message.byteLength; ) {
    const length = at + LENGTH_BYTES <= message.byteLength ? view.getUint16(at, false) : Number.NaN
    const end = at + LENGTH_BYTES + length
    if (!(end <= message.byteLength) || revocations.length === MAX_REVOCATIONS) {
      throw new ProtocolError('revocations that are none')
    }
    revocations.push(message.slice(at + LENGTH_BYTES, end))
    at = end
  }
  return revocations
}
