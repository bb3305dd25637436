import { getCiphers } from 'node:crypto'
import { Uint8ArrayList } from 'uint8arraylist'
import { expect, test } from 'vitest'
import { noiseCrypto } from '../../src/network/noise-crypto.ts'

const key = new Uint8Array(32).map((_, i) => i)
const nonce = new Uint8Array(12).fill(7)
const more = Uint8Array.of(1, 2, 3)

const withCipher = noiseCrypto()
const without = noiseCrypto(getCiphers().filter(name => !name.startsWith('chacha20')))

const bytesOf = (data: { subarray(): Uint8Array }) => Buffer.from(data.subarray())

/** On both sides of the length from which noise leaves messages to the runtime, and the longest that there is. */
test.each([0, 1_199, 1_200, 65_519])(
  '%d bytes are encrypted alike with and without the cipher of the runtime',
  length => {
    const text = new Uint8Array(length).map((_, i) => i * 31)
    const [one, other] = [withCipher, without].map(crypto => crypto.chaCha20Poly1305Encrypt(text, nonce, more, key))
    expect(bytesOf(other)).toEqual(bytesOf(one))
    for (const crypto of [withCipher, without]) {
      expect(bytesOf(crypto.chaCha20Poly1305Decrypt(one, nonce, more, key))).toEqual(Buffer.from(text))
    }
    // As yamux gives them, in parts, and as they come from a socket.
    const parts = new Uint8ArrayList(text.subarray(0, 12), text.subarray(12))
    const inParts = withCipher.chaCha20Poly1305Encrypt(parts, nonce, more, key)
    expect(bytesOf(inParts)).toEqual(bytesOf(one))
    const come = new Uint8ArrayList(bytesOf(one).subarray(0, 5), bytesOf(one).subarray(5))
    expect(bytesOf(withCipher.chaCha20Poly1305Decrypt(come, nonce, more, key))).toEqual(Buffer.from(text))
    const forged = bytesOf(one)
    forged[0] ^= 1
    for (const crypto of [withCipher, without]) {
      expect(() => crypto.chaCha20Poly1305Decrypt(forged, nonce, more, key)).toThrow()
      expect(() => crypto.chaCha20Poly1305Decrypt(one, nonce, more, new Uint8Array(32))).toThrow()
    }
  },
)

test('where the runtime has no such cipher, it is asked for none', () => {
  expect(without.chaCha20Poly1305Encrypt).not.toBe(withCipher.chaCha20Poly1305Encrypt)
  expect(without.chaCha20Poly1305Decrypt).not.toBe(withCipher.chaCha20Poly1305Decrypt)
})
