import { createPrivateKey, createPublicKey } from 'node:crypto'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { IdentityError } from './errors.ts'

/**
 * An identity as libp2p takes it. Apart from what makes identities, which programs may import: libp2p's types compile only where the
 * browser's are known too.
 *
 * @throws IdentityError when the bytes are not a private key
 */
export function privateKeyOf(identity: Uint8Array): PrivateKey {
  let key: PrivateKey
  try {
    key = privateKeyFromProtobuf(identity)
  } catch (cause) {
    throw new IdentityError(`these ${identity.byteLength} bytes are not an identity (a libp2p private key)`, { cause })
  }
  if (isPair(key)) return key
  throw new IdentityError('the identity is damaged: its public key is not that of its private key')
}

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const ED25519_BYTES = 32

/** Whether a key is whole: its public half, of which its peer id is made, is stored beside it, and libp2p compares them nowhere. */
function isPair({ type, raw, publicKey }: PrivateKey): boolean {
  if (type !== 'Ed25519') return true
  const der = Buffer.concat([ED25519_PKCS8, raw.subarray(0, ED25519_BYTES)])
  const derived = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  return derived.export({ format: 'der', type: 'spki' }).subarray(-ED25519_BYTES).equals(publicKey.raw)
}
