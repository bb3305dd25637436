/** What is read is not what an encoder writes. */
class MalformedError extends Error {}

/** Reads numbers one after another. Whatever is not there, or out of its bounds, ends the reading: nothing is allocated by what bytes say. */
export interface ByteReader {
  uint8(): number
  /** Little-endian. */
  uint16(): number
  /** An unsigned integer in groups of 7 bits, the lowest first, in as few bytes as there can be. */
  varint(most: number): number
  /** Not below 0, and finite. */
  float32(most: number): number
  /** A view of so many. */
  bytes(length: number): Uint8Array
  /** UTF-8 of so many bytes. */
  text(length: number): string
  /** @throws where the condition does not hold */
  require(condition: boolean): void
}

const GROUP = 0x80
const MOST_GROUPS = 8

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @returns undefined where the bytes are not, to the last one, what `read` asks for */
export function readBytes<T>(source: Uint8Array, read: (reader: ByteReader) => T): T | undefined {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength)
  let at = 0

  function take(length: number): number {
    require(length <= source.byteLength - at)
    at += length
    return at - length
  }

  function require(condition: boolean): void {
    if (!condition) throw new MalformedError()
  }

  const reader: ByteReader = {
    uint8: () => view.getUint8(take(1)),
    uint16: () => view.getUint16(take(2), true),
    varint(most) {
      let value = 0
      let scale = 1
      for (let group = 0; group < MOST_GROUPS; group++) {
        const byte = reader.uint8()
        value += (byte % GROUP) * scale
        if (byte < GROUP) {
          require(value <= most && (byte > 0 || group === 0))
          return value
        }
        scale *= GROUP
      }
      throw new MalformedError()
    },
    float32(most) {
      const value = view.getFloat32(take(4), true)
      require(value >= 0 && value <= most)
      return value
    },
    bytes(length) {
      const from = take(length)
      return source.subarray(from, from + length)
    },
    text(length) {
      const bytes = reader.bytes(length)
      try {
        return UTF8.decode(bytes)
      } catch {
        throw new MalformedError()
      }
    },
    require,
  }
  try {
    const value = read(reader)
    return at === source.byteLength ? value : undefined
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

/** @param value a whole number, from 0 to 2⁵³ − 1 @throws RangeError for any other */
export function varint(value: number): readonly number[] {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no unsigned integer`)
  const bytes: number[] = []
  let rest = value
  for (; rest >= GROUP; rest = Math.floor(rest / GROUP)) bytes.push(GROUP + (rest % GROUP))
  return [...bytes, rest]
}
