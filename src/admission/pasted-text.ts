/**
 * Bytes as a text to paste: a prefix that says what it is, and base64url, which shells and chats leave alone. Its length is in it, so that
 * a text that was cut short is told from one that was changed.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import { CHECKSUM_BYTES } from './constants.ts'

const LENGTH_BYTES = 2
/** Characters of base64 in which three bytes are written. */
const CHARACTERS_PER_GROUP = 4
const BYTES_PER_GROUP = 3

export function toPastedText(prefix: string, payload: Uint8Array): string {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt16BE(payload.byteLength)
  const framed = Buffer.concat([length, payload, checksumOf(prefix, payload)])
  return prefix + framed.toString('base64url')
}

/** The payload; or what is wrong with the text, as what is to be said of it. White space, as where a line was broken, means nothing. */
export function fromPastedText(prefix: string, given: string): Uint8Array | string {
  const text = given.replaceAll(/\s/g, '')
  const written = text.slice(prefix.length)
  const strange = /[^A-Za-z0-9_-]/.exec(written)
  if (strange !== null) return `has a character that it cannot have, ${JSON.stringify(strange[0])}`
  const framed = Buffer.from(written, 'base64url')
  const whole = framed.byteLength < LENGTH_BYTES ? undefined : framed.readUInt16BE(0)
  if (whole === undefined) return 'is cut short: paste all of it'
  const expected = prefix.length + charactersOf(LENGTH_BYTES + whole + CHECKSUM_BYTES)
  if (text.length < expected) return `is cut short: it has ${text.length} of ${expected} characters; paste all of it`
  if (text.length > expected) {
    return `is too long: it has ${text.length} characters of ${expected}; paste it alone`
  }
  const payload = framed.subarray(LENGTH_BYTES, LENGTH_BYTES + whole)
  const checksum = framed.subarray(LENGTH_BYTES + whole)
  const isWhole = checksum.equals(checksumOf(prefix, payload)) && framed.toString('base64url') === written
  return isWhole ? payload : 'is damaged: a character of it was changed; copy it again'
}

function charactersOf(bytes: number): number {
  return Math.ceil((bytes * CHARACTERS_PER_GROUP) / BYTES_PER_GROUP)
}

function checksumOf(prefix: string, payload: Uint8Array): Buffer {
  return createHash('sha256').update(prefix).update(payload).digest().subarray(0, CHECKSUM_BYTES)
}
