import { expect, test } from 'vitest'
import { SwarmKeyError } from '../../src/admission/errors.ts'
import { createSwarmKey, KEY_PREFIX, keyAdmission, parseSwarmKey } from '../../src/admission/key.ts'
import { toPastedText } from '../../src/admission/pasted-text.ts'
import { connection, RECIPE } from './guests.ts'

const text = createSwarmKey()
const admission = keyAdmission({ recipe: RECIPE, key: parseSwarmKey(text) })

test('whoever has the key is a member, and nobody else', async () => {
  const context = connection('anna', 'ben')
  const other = keyAdmission({ recipe: RECIPE, key: parseSwarmKey(createSwarmKey()) })
  expect(await admission.judge(await admission.prove(context), context)).toBeUndefined()
  expect(await admission.judge(await other.prove(context), context)).toBe('has another key than this swarm')
  expect(await admission.judge(new Uint8Array(), context)).toBe('has no key to this swarm')
})

test('a proof is of one recipe, one connection and one direction', async () => {
  const context = connection('anna', 'ben')
  const proof = await admission.prove(context)
  const { prover, verifier, proverNonce, verifierNonce } = context
  const elsewhere = keyAdmission({ recipe: 'cd'.repeat(32), key: parseSwarmKey(text) })
  expect(await elsewhere.judge(proof, context)).toEqual(expect.any(String))
  for (const other of [
    { ...context, prover: 'carla' },
    { ...context, verifier: 'carla' },
    { ...context, proverNonce: verifierNonce },
    { ...context, verifierNonce: proverNonce },
    { prover: verifier, verifier: prover, proverNonce: verifierNonce, verifierNonce: proverNonce },
    { ...context, prover: 'annab', verifier: 'en' },
  ]) {
    expect(await admission.judge(proof, other)).toEqual(expect.any(String))
  }
})

test('a proof of which any bit was changed, or that was cut short, is refused', async () => {
  const context = connection('anna', 'ben')
  const proof = await admission.prove(context)
  for (let bit = 0; bit < 8 * proof.byteLength; bit++) {
    const changed = Uint8Array.from(proof)
    changed[bit >> 3] ^= 1 << (bit & 7)
    expect(await admission.judge(changed, context)).toEqual(expect.any(String))
  }
  for (let length = 0; length < proof.byteLength; length++) {
    expect(await admission.judge(proof.subarray(0, length), context)).toEqual(expect.any(String))
  }
})

test('a key is a text of 256 bits, and none is made twice', () => {
  expect(text).toMatch(/^hearsay-key-[A-Za-z0-9_-]+$/)
  expect(parseSwarmKey(` ${text}\n`)).toHaveLength(32)
  expect(createSwarmKey()).not.toBe(text)
})

test('a word of a person, an invitation and a damaged key are refused', () => {
  expect(() => parseSwarmKey('correct horse battery staple')).toThrow(SwarmKeyError)
  expect(() => parseSwarmKey('correct horse battery staple')).toThrow('could be guessed, offline')
  expect(() => parseSwarmKey(text.slice(0, -1))).toThrow('this key is cut short')
  expect(() => parseSwarmKey(toPastedText(KEY_PREFIX, new Uint8Array(8)))).toThrow('has 8 bytes; expected 32')
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'x' ? 'y' : 'x'
    expect(() => parseSwarmKey(text.slice(0, at) + other + text.slice(at + 1))).toThrow(SwarmKeyError)
  }
  // The last character has bits that mean nothing.
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    if (!text.endsWith(last)) expect(() => parseSwarmKey(text.slice(0, -1) + last), last).toThrow(SwarmKeyError)
  }
})
