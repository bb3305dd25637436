import { expect, test } from 'vitest'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'

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
