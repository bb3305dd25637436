/**
 * Fields of bytes, one after the other, each with its length before it: what is signed, and what travels. Two lists of fields never give the
 * same bytes, and bytes are one list or none.
 *
 * @packageDocumentation
 */

const LENGTH_BYTES = 2

export function joinFields(fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    fields.flatMap(field => {
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeUInt16BE(field.byteLength)
      return [length, field]
    }),
  )
}

/** @returns undefined where the bytes are no such list, or one of more than `most` fields */
export function splitFields(bytes: Uint8Array, most: number): Uint8Array[] | undefined {
  const fields: Uint8Array[] = []
  let at = 0
  while (at < bytes.byteLength) {
    if (fields.length === most || at + LENGTH_BYTES > bytes.byteLength) return undefined
    const length = (bytes[at] << 8) | bytes[at + 1]
    at += LENGTH_BYTES
    if (at + length > bytes.byteLength) return undefined
    fields.push(bytes.subarray(at, at + length))
    at += length
  }
  return fields
}

export function ofText(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}

export function ofHex(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
