/**
 * How a dialler shows with its first bytes that it knows the recipe, before anything costly is done for it: checking a knock takes
 * microseconds, a handshake of noise milliseconds. It proves nothing, and is only what places at the entrance are shared out by.
 *
 * To every other libp2p node it is a proposal of multistream-select to speak a protocol that the node does not know: a number drawn for this
 * connection, and its HMAC. The answer is `na`, from peers of this swarm as well, and the dialler goes on as usual.
 *
 * Donenfeld, WireGuard: Next Generation Kernel Network Tunnel, 2017: `mac1`.
 *
 * @packageDocumentation
 */

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { MAX_KNOCKS_REMEMBERED } from './constants.ts'

export interface Knock {
  /** The bytes with which a connection begins. */
  make(): Uint8Array
  /** Whether bytes are a knock of somebody who knows the recipe; each is one only once. */
  isRight(bytes: Uint8Array): boolean
}

const line = (text: string) => Buffer.concat([Uint8Array.of(text.length + 1), Buffer.from(`${text}\n`)])

const HEADER = line('/multistream/1.0.0')
const NAME = '/hearsay/knock/1/'
const NONCE_BYTES = 16
const MAC_BYTES = 16

/** What every node answers. */
export const KNOCK_REPLY: Uint8Array = Buffer.concat([HEADER, line('na')])

/** @param recipe the hash of the recipe */
export function createKnock(recipe: string): Knock {
  const key = createHash('sha256').update(`hearsay knock ${recipe}`).digest()
  const macOf = (nonce: Uint8Array) => createHmac('sha256', key).update(nonce).digest().subarray(0, MAC_BYTES)
  /** Who has overheard a knock cannot use it again. */
  const used = new Set<string>()

  return {
    make() {
      const nonce = randomBytes(NONCE_BYTES)
      return Buffer.concat([HEADER, line(NAME + Buffer.concat([nonce, macOf(nonce)]).toString('base64url'))])
    },
    isRight(bytes) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
        'latin1',
        HEADER.byteLength + 1,
      )
      if (!text.startsWith(NAME)) return false
      const said = Buffer.from(text.slice(NAME.length, -1), 'base64url')
      if (said.byteLength !== NONCE_BYTES + MAC_BYTES) return false
      const nonce = said.subarray(0, NONCE_BYTES)
      if (!timingSafeEqual(said.subarray(NONCE_BYTES), macOf(nonce))) return false
      const name = nonce.toString('base64url')
      if (used.has(name)) return false
      const [oldest] = used
      if (used.size >= MAX_KNOCKS_REMEMBERED) used.delete(oldest)
      used.add(name)
      return true
    },
  }
}

/**
 * How many of the bytes that a connection begins with are its first two lines, among which a knock is found; undefined while they are not
 * complete. Of what is no beginning of multistream-select, all.
 */
export function firstLines(bytes: Uint8Array): number | undefined {
  const header = bytes.subarray(0, HEADER.byteLength)
  if (!HEADER.subarray(0, header.byteLength).equals(header)) return bytes.byteLength
  const length = bytes.at(HEADER.byteLength)
  if (length === undefined) return undefined
  const end = HEADER.byteLength + 1 + length
  // A length of two bytes: longer than any knock.
  if (length >= 0x80) return bytes.byteLength
  return bytes.byteLength >= end ? end : undefined
}
