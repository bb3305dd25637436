/**
 * A JSON object whose first field is the CRC-32 of what follows it, so that a bit that is not as it was written is found.
 *
 * @packageDocumentation
 */

import { crc32 } from 'node:zlib'

const SEALED = /^\{"checksum":"([0-9a-f]{8})",/

/** @param text of a JSON object with at least one field */
export function sealDocument(text: string): string {
  const rest = text.slice(text.indexOf('{') + 1)
  return `{"checksum":"${checksumOf(rest)}",${rest}`
}

/** The text that was sealed, and that of a document without a checksum, as older versions wrote it; undefined where it is another. */
export function unsealDocument(text: string): string | undefined {
  const [beginning, checksum] = SEALED.exec(text) ?? []
  // What only looks like none has the field all the same.
  if (beginning === undefined) return /checksum/i.test(text) ? undefined : text
  const rest = text.slice(beginning.length)
  return checksumOf(rest) === checksum ? `{${rest}` : undefined
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}
