import { expect, test } from 'vitest'
import { IdentityError } from '../../src/network/errors.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { privateKeyOf } from '../../src/network/private-key.ts'

test('every identity has a peer id of its own, always the same', async () => {
  const [one, other] = [await createIdentity(), await createIdentity()]
  expect(peerIdOf(one)).toMatch(/^12D3KooW/)
  expect(peerIdOf(one)).toBe(peerIdOf(Uint8Array.from(one)))
  expect(peerIdOf(one)).not.toBe(peerIdOf(other))
})

test('bytes that are not an identity are refused with a message that says so', () => {
  expect(() => peerIdOf(new Uint8Array(10))).toThrow('these 10 bytes are not an identity')
  expect(() => peerIdOf(new Uint8Array(0))).toThrow(expect.objectContaining({ name: 'IdentityError' }))
})

test('an identity of which a single bit is another is refused, that of another peer, or the same key', async () => {
  const identity = await createIdentity()
  const own = privateKeyOf(identity)
  for (let bit = 0; bit < 8 * identity.length; bit++) {
    const changed = identity.slice()
    changed[bit >> 3] ^= 1 << (bit & 7)
    try {
      const key = privateKeyOf(changed)
      if (key.publicKey.equals(own.publicKey)) expect([bit, key.raw]).toEqual([bit, own.raw])
    } catch (error) {
      expect([bit, error]).toEqual([bit, expect.any(IdentityError)])
    }
  }
})
