import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromString } from '@libp2p/peer-id'
import { expect, test } from 'vitest'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { isPeerId, signerOf, signerOfSeed, verifySignature } from '../../src/network/signatures.ts'

const bytes = Uint8Array.of(1, 2, 3)

test('an identity signs as its peer, and nobody else could have', async () => {
  const identity = await createIdentity()
  const signer = signerOf(identity)
  expect(signer.peer).toBe(peerIdOf(identity))
  const signature = await signer.sign(bytes)
  expect(await verifySignature(signer.peer, bytes, signature)).toBe(true)
  expect(await verifySignature(signer.peer, Uint8Array.of(1, 2, 4), signature)).toBe(false)
  expect(await verifySignature(peerIdOf(await createIdentity()), bytes, signature)).toBe(false)
  for (let at = 0; at < signature.byteLength; at++) {
    const changed = Uint8Array.from(signature)
    changed[at] ^= 1
    expect(await verifySignature(signer.peer, bytes, changed)).toBe(false)
  }
})

test('a seed is always the same peer', async () => {
  const [one, again] = [await signerOfSeed(new Uint8Array(32)), await signerOfSeed(new Uint8Array(32))]
  expect(one.peer).toBe(again.peer)
  expect(await verifySignature(one.peer, bytes, await again.sign(bytes))).toBe(true)
})

test('a signature of any kind of key that is in the id is known, and of others none', async () => {
  const secp256k1 = signerOf(privateKeyToProtobuf(await generateKeyPair('secp256k1')))
  expect(await verifySignature(secp256k1.peer, bytes, await secp256k1.sign(bytes))).toBe(true)
  const rsa = signerOf(privateKeyToProtobuf(await generateKeyPair('RSA', 2048)))
  expect(await verifySignature(rsa.peer, bytes, await rsa.sign(bytes))).toBe(false)
})

test('what is no peer id or no signature, and another way to write an id, verifies nothing', async () => {
  const signer = await signerOfSeed(new Uint8Array(32))
  const signature = await signer.sign(bytes)
  const otherwise = peerIdFromString(signer.peer).toCID().toString()
  expect(peerIdFromString(otherwise).toString()).toBe(signer.peer)
  for (const text of ['', 'anna', otherwise, ` ${signer.peer}`]) {
    expect(await verifySignature(text, bytes, signature)).toBe(false)
    expect(isPeerId(text)).toBe(false)
  }
  expect(isPeerId(signer.peer)).toBe(true)
  for (const length of [0, 1, 63, 65]) {
    expect(await verifySignature(signer.peer, bytes, new Uint8Array(length))).toBe(false)
  }
})
