import { getCiphers } from 'node:crypto'
import { asCrypto, defaultCrypto } from '@libp2p/noise/crypto'
import { CIPHER, createMessageCipher } from './long-message-cipher.ts'

/** Bytes from which the runtime's own cipher is quicker than WebAssembly. */
const LONG_BYTES = 1_200

/**
 * What noise encrypts with. Long messages are for the runtime's own cipher, which is faster; where there is none, as in Bun, WebAssembly
 * takes those too, as it takes the short ones everywhere. Without, connections open and end with the first frame.
 *
 * @param ciphers those that the runtime has
 */
export function noiseCrypto(ciphers: readonly string[] = getCiphers()): typeof defaultCrypto {
  const { chaCha20Poly1305Encrypt, chaCha20Poly1305Decrypt } = asCrypto
  if (!ciphers.includes(CIPHER)) return { ...defaultCrypto, chaCha20Poly1305Encrypt, chaCha20Poly1305Decrypt }
  const { encrypt, decrypt } = createMessageCipher()
  return {
    ...defaultCrypto,
    chaCha20Poly1305Encrypt: (text, nonce, more, key) =>
      text.byteLength < LONG_BYTES ? chaCha20Poly1305Encrypt(text, nonce, more, key) : encrypt(text, nonce, more, key),
    chaCha20Poly1305Decrypt: (message, nonce, more, key, to) =>
      message.byteLength < LONG_BYTES
        ? chaCha20Poly1305Decrypt(message, nonce, more, key, to)
        : decrypt(message, nonce, more, key),
  }
}
