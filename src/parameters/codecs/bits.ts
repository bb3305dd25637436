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
  /**
   * Reads ones up to a zero, and then so many bits: a number in Rice's code, of which the ones are what is above those bits.
   *
   * @param width at most 31
   * @throws CodecError for a number above `most`, and where the bytes end before
   */
  rice(width: number, most: number): number
  /** @returns where the next byte is @throws CodecError where the rest of the last byte is not zero */
  finish(): number
}

export function createBitReader(bytes: Uint8Array, at: number): BitReader {
  let pending = 0
  let bits = 0

  /** Takes as many bytes as fit below the sign of an integer: more than any read takes. */
  function refill(): void {
    while (bits < 24 && at < bytes.length) {
      pending |= bytes[at++] << bits
      bits += 8
    }
  }

  function endsTooSoon(): CodecError {
    return new CodecError(`an encoding ends after ${bytes.length} bytes; expected more`)
  }

  function readUpTo24(width: number): number {
    if (bits < width) {
      refill()
      if (bits < width) throw endsTooSoon()
    }
    const value = pending & ((1 << width) - 1)
    pending >>>= width
    bits -= width
    return value
  }

  function read(width: number): number {
    if (width <= 24) return readUpTo24(width)
    const low = readUpTo24(16)
    return low + 0x10000 * readUpTo24(width - 16)
  }

  function ones(most: number): number {
    let ones = 0
    for (;;) {
      if (bits < 24) refill()
      if (bits === 0) throw endsTooSoon()
      const run = trailingOnes(pending)
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
  }

  return {
    read,
    rice(width, most) {
      if (bits < 24) refill()
      const run = trailingOnes(pending)
      const whole = run + 1 + width
      // Nearly all numbers: what follows is for those that are longer than what is pending.
      if (whole <= bits) {
        const value = (run << width) | ((pending >>> (run + 1)) & ((1 << width) - 1))
        pending >>>= whole
        bits -= whole
        if (value > most) throw tooLarge(value, most)
        return value
      }
      const high = ones(most >>> width)
      const value = high * 2 ** width + read(width)
      if (value > most) throw tooLarge(value, most)
      return value
    },
    finish() {
      const rest = bits & 7
      if ((pending & ((1 << rest) - 1)) !== 0) throw new CodecError('the last bits of an encoding are not zero')
      const next = at - (bits >>> 3)
      pending = 0
      bits = 0
      return next
    },
  }
}

/** The count of a number's lowest bits that are ones, for a number below 2³¹. */
function trailingOnes(value: number): number {
  return 31 - Math.clz32(~value & (value + 1))
}

function tooLarge(value: number, most: number): CodecError {
  return new CodecError(`a number is ${value}; expected at most ${most}`)
}
