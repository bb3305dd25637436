/**
 * Membership by a key that all members share: a proof authenticates this very connection with it. Keys are drawn, never chosen: every proof
 * lets its verifier try words offline, and what a person chooses is found.
 *
 * @packageDocumentation
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Admission, ProofContext } from './admission.ts'
import { SECRET_BYTES } from './constants.ts'
import { SwarmKeyError } from './errors.ts'
import { fromPastedText, toPastedText } from './pasted-text.ts'
import { proofStatement } from './statements.ts'

export const KEY_PREFIX = 'hearsay-key-'

/** A fresh key of 256 bits, as a text to give to the members: a secret. */
export function createSwarmKey(): string {
  return toPastedText(KEY_PREFIX, randomBytes(SECRET_BYTES))
}

/** @throws SwarmKeyError where the text is no key that {@link createSwarmKey} made */
export function parseSwarmKey(text: string): Uint8Array {
  const trimmed = text.trim()
  if (!trimmed.startsWith(KEY_PREFIX)) {
    throw new SwarmKeyError(
      `this is no key of a swarm: expected a text that begins with ${KEY_PREFIX}, as hearsay makes them; a word that a person has chosen ` +
        'could be guessed, offline, by anybody who connects',
    )
  }
  const key = fromPastedText(KEY_PREFIX, trimmed)
  if (typeof key === 'string') throw new SwarmKeyError(`this key ${key}`)
  if (key.byteLength !== SECRET_BYTES)
    throw new SwarmKeyError(`this key has ${key.byteLength} bytes; expected ${SECRET_BYTES}`)
  return key
}

/** Lets in whoever has the key. Nobody can be revoked: a new key, in a new recipe, is a new swarm. */
export function keyAdmission({ recipe, key }: { readonly recipe: string; readonly key: Uint8Array }): Admission {
  const proofOf = (context: ProofContext) =>
    createHmac('sha256', key)
      .update(proofStatement('key', recipe, context))
      .digest()
  return {
    kind: 'key',
    prove: async context => proofOf(context),
    async judge(proof, context) {
      if (proof.byteLength === 0) return 'has no key to this swarm'
      const expected = proofOf(context)
      const isEqual = proof.byteLength === expected.byteLength && timingSafeEqual(proof, expected)
      return isEqual ? undefined : 'has another key than this swarm'
    },
    lapsed: () => undefined,
    revocations: () => [],
    learn: async () => [],
    onChange: () => () => {},
  }
}
