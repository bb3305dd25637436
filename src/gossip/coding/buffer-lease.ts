import { leaseBuffer, releaseBuffer } from '../../parameters/frame-memory.ts'

/** The arrays of differences that one exchange has out, each until its frame is settled. */
export interface BufferLease {
  /** With whatever it held before. */
  lease(first: number, length: number): Float32Array<ArrayBuffer>
  /** The frame's array comes back. */
  release(first: number): void
}

/** An array that never comes back, because its frame stayed in doubt, is the caller's for good. */
export function createBufferLease(): BufferLease {
  const lent = new Map<number, Float32Array<ArrayBuffer>>()
  return {
    lease(first, length) {
      const { buffer, byteOffset } = leaseBuffer(4 * length)
      const values = new Float32Array(buffer, byteOffset, length)
      lent.set(first, values)
      return values
    },
    release(first) {
      const values = lent.get(first)
      if (values === undefined) return
      lent.delete(first)
      releaseBuffer(values)
    },
  }
}
