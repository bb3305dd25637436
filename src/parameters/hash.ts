import { createHash } from 'node:crypto'
import { littleEndianBytes } from './little-endian.ts'

/** SHA-256, in lower-case hexadecimal. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** SHA-256 of a vector's little-endian float32 bytes, in lower-case hexadecimal: the same on every machine. */
export function hashParameters(vector: Float32Array): string {
  return sha256Hex(littleEndianBytes(vector))
}

/** {@link hashParameters} of a vector that is seen piece by piece, in order. */
export interface ParameterHasher {
  update(values: Float32Array): void
  /** The hash of all that was seen. Ends the hasher: call it once. */
  digest(): string
}

export function createParameterHasher(): ParameterHasher {
  const hash = createHash('sha256')
  return {
    update(values) {
      hash.update(littleEndianBytes(values))
    },
    digest: () => hash.digest('hex'),
  }
}
