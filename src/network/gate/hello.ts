/**
 * What two peers tell each other of their swarm before either knows whether the other is in it: a fresh number each, and tags of the recipe
 * and of the swarm that only those can make who know them. Neither id is ever shown to a stranger.
 *
 * @packageDocumentation
 */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { PeerId } from '../../gossip/ports.ts'
import { ProtocolError } from '../../gossip/streams/stream-errors.ts'
import { NONCE_BYTES } from './constants.ts'

/** The first words of both: the version comes first in every version. */
export interface Hello {
  readonly version: number
  readonly nonce: Uint8Array
}

/** What a peer of this version knows its swarm by. */
export interface SwarmIds {
  /** The id of the swarm, of this generation. */
  readonly swarm: string
  /** The hash of the recipe, which is the id of the first generation. */
  readonly recipe: string
}

/** Who tells whom, with the number that each has drawn. */
export interface Ends {
  readonly teller: PeerId
  readonly listener: PeerId
  readonly tellerNonce: Uint8Array
  readonly listenerNonce: Uint8Array
}

export interface Tags {
  readonly recipe: Uint8Array
  readonly swarm: Uint8Array
}

/** How far the swarms of two peers are the same. */
export type Relation = 'same' | 'other generation' | 'other recipe'

const VERSION_BYTES = 2
const TAG_BYTES = 32
const HELLO_BYTES = VERSION_BYTES + NONCE_BYTES

export function encodeHello({ version, nonce }: Hello): Uint8Array {
  const bytes = new Uint8Array(HELLO_BYTES)
  new DataView(bytes.buffer).setUint16(0, version, false)
  bytes.set(nonce, VERSION_BYTES)
  return bytes
}

/** @throws ProtocolError */
export function decodeHello(bytes: Uint8Array): Hello {
  if (bytes.byteLength < HELLO_BYTES) throw new ProtocolError(`a hello of ${bytes.byteLength} bytes`)
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint16(0, false)
  return { version, nonce: bytes.slice(VERSION_BYTES, HELLO_BYTES) }
}

/** A teller's tags. They are bound to both ends and to both numbers: nobody can show another's as its own. */
export function tagsOf({ swarm, recipe }: SwarmIds, ends: Ends): Tags {
  const tag = (what: string, id: string) =>
    createHash('sha256')
      // Every part is as long as every other of its kind, or ends where a character comes that it cannot hold.
      .update(`hearsay ${what} ${id} ${ends.teller} ${ends.listener} `)
      .update(ends.tellerNonce)
      .update(ends.listenerNonce)
      .digest()
  return { recipe: tag('recipe', recipe), swarm: tag('swarm', swarm) }
}

export function encodeTags({ recipe, swarm }: Tags): Uint8Array {
  return Buffer.concat([recipe, swarm])
}

/** @throws ProtocolError */
export function decodeTags(bytes: Uint8Array): Tags {
  if (bytes.byteLength !== 2 * TAG_BYTES) throw new ProtocolError(`tags of ${bytes.byteLength} bytes`)
  return { recipe: bytes.slice(0, TAG_BYTES), swarm: bytes.slice(TAG_BYTES) }
}

/** @param expected the tags that the teller has made where it is in our swarm */
export function relationOf(told: Tags, expected: Tags): Relation {
  if (!timingSafeEqual(told.recipe, expected.recipe)) return 'other recipe'
  return timingSafeEqual(told.swarm, expected.swarm) ? 'same' : 'other generation'
}
