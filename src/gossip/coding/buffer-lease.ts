import { giveRoom, takeRoom } from '../../parameters/frame-memory.ts'

/** The arrays of differences that one exchange has out, each until its frame is settled. */
export interface Lending {
  /** With whatever it held before. */
  lend(first: number, length: number): Float32Array<ArrayBuffer>
  /** The frame's array comes back. */
  takeBack(first: number): void
}

/** What never comes back, because its frame stayed in doubt, is the caller's for good. */
export function createLending(): Lending {
  const lent = new Map<number, Float32Array<ArrayBuffer>>()
  return {
    lend(first, length) {
      const { buffer, byteOffset } = takeRoom(4 * length)
      const values = new Float32Array(buffer, byteOffset, length)
      lent.set(first, values)
      return values
    },
    takeBack(first) {
      const values = lent.get(first)
      if (values === undefined) return
      lent.delete(first)
      giveRoom(values)
    },
  }
}
