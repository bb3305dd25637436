import { getCiphers } from 'node:crypto'
import { asCrypto, defaultCrypto } from '@libp2p/noise/crypto'

/**
 * What noise encrypts with. It leaves long messages to the runtime's own cipher, which is faster; where there is none, as in Bun, WebAssembly
 * takes those too, as it takes the short ones everywhere. Without, connections open and end with the first frame.
 *
 * @param ciphers those that the runtime has
 */
export function noiseCrypto(ciphers: readonly string[] = getCiphers()): typeof defaultCrypto {
  if (ciphers.includes('chacha20-poly1305')) return defaultCrypto
  const { chaCha20Poly1305Encrypt, chaCha20Poly1305Decrypt } = asCrypto
  return { ...defaultCrypto, chaCha20Poly1305Encrypt, chaCha20Poly1305Decrypt }
}
