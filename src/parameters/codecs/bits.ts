import { CodecError } from './codec.ts'

/** Writes numbers of any width one after another, the lowest bit first. */
export interface BitWriter {
  /** @param width of `value` in bits, at most 32 */
  write(value: number, width: number): void
  /** Fills the last byte with zeros. @returns where the next byte goes */
  finish(): number
}

export function createBitWriter(out: Uint8Array, at: number): BitWriter {
  let pending = 0
  let bits = 0

  function writeUpTo24(value: number, width: number): void {
    pending |= value << bits
    bits += width
    while (bits >= 8) {
      out[at++] = pending
      pending >>>= 8
      bits -= 8
    }
  }

  return {
    write(value, width) {
      if (width <= 24) return writeUpTo24(value, width)
      writeUpTo24(value & 0xffff, 16)
      writeUpTo24(value >>> 16, width - 16)
    },
    finish() {
      if (bits > 0) out[at++] = pending
      pending = 0
      bits = 0
      return at
    },
  }
}

/** Reads what a {@link BitWriter} wrote, and nothing beyond its bytes. */
export interface BitReader {
  /** @throws CodecError where the bytes end before */
  read(width: number): number
  /** Reads ones up to a zero. @returns how many @throws CodecError where there are more than `most`, or the bytes end */
  ones(most: number): number
  /** @returns where the next byte is @throws CodecError where the rest of the last byte is not zero */
  finish(): number
}

export function createBitReader(bytes: Uint8Array, at: number): BitReader {
  let pending = 0
  let bits = 0

  function refill(width: number): void {
    while (bits < width) {
      if (at >= bytes.length) throw new CodecError(`an encoding ends after ${bytes.length} bytes; expected more`)
      pending |= bytes[at++] << bits
      bits += 8
    }
  }

  function readUpTo24(width: number): number {
    refill(width)
    const value = pending & ((1 << width) - 1)
    pending >>>= width
    bits -= width
    return value
  }

  return {
    read(width) {
      if (width <= 24) return readUpTo24(width)
      const low = readUpTo24(16)
      return low + 0x10000 * readUpTo24(width - 16)
    },
    ones(most) {
      let ones = 0
      for (;;) {
        refill(1)
        // Where all that is pending are ones, the lowest zero lies above them.
        const run = 31 - Math.clz32(~pending & -~pending)
        ones += Math.min(run, bits)
        if (ones > most) throw new CodecError('a number is larger than it may be')
        if (run < bits) {
          pending >>>= run + 1
          bits -= run + 1
          return ones
        }
        pending = 0
        bits = 0
      }
    },
    finish() {
      if (pending !== 0) throw new CodecError('the last bits of an encoding are not zero')
      bits = 0
      return at
    },
  }
}
