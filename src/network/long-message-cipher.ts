import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { Uint8ArrayList } from 'uint8arraylist'

export const CIPHER = 'chacha20-poly1305'

const TAG = { authTagLength: 16 } as const

type Bytes = Uint8Array | Uint8ArrayList

/** Authenticated encryption as noise calls it (RFC 8439). */
export interface MessageCipher {
  encrypt(text: Bytes, nonce: Uint8Array, more: Uint8Array, key: Uint8Array): Uint8ArrayList
  /** @throws where the message is not what was encrypted */
  decrypt(message: Bytes, nonce: Uint8Array, more: Uint8Array, key: Uint8Array): Uint8ArrayList
}

/**
 * The cipher of the runtime, with keys that it has made ready once: given a key as bytes it does so for every message, which takes as
 * long as a quarter of a packet.
 */
export function createMessageCipher(): MessageCipher {
  const ready = new WeakMap<Uint8Array, KeyObject>()

  function keyOf(bytes: Uint8Array): KeyObject {
    const key = ready.get(bytes) ?? createSecretKey(bytes)
    ready.set(bytes, key)
    return key
  }

  return {
    encrypt(text, nonce, more, key) {
      const cipher = createCipheriv(CIPHER, keyOf(key), nonce, TAG)
      cipher.setAAD(more, { plaintextLength: text.byteLength })
      const message = new Uint8ArrayList()
      for (const part of partsOf(text)) message.append(cipher.update(part))
      cipher.final()
      message.append(cipher.getAuthTag())
      return message
    },
    decrypt(message, nonce, more, key) {
      const length = message.byteLength - TAG.authTagLength
      const cipher = createDecipheriv(CIPHER, keyOf(key), nonce, TAG)
      cipher.setAAD(more, { plaintextLength: length })
      cipher.setAuthTag(message.subarray(length))
      const text = new Uint8ArrayList()
      const encrypted = message instanceof Uint8Array ? message.subarray(0, length) : message.sublist(0, length)
      for (const part of partsOf(encrypted)) text.append(cipher.update(part))
      cipher.final()
      return text
    },
  }
}

/** The bytes as they lie in memory, without copying them together. */
function partsOf(bytes: Bytes): Iterable<Uint8Array> {
  return bytes instanceof Uint8Array ? [bytes] : bytes
}
