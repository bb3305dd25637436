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
  try {
    return privateKeyFromProtobuf(identity)
  } catch (cause) {
    throw new IdentityError(`these ${identity.byteLength} bytes are not an identity (a libp2p private key)`, { cause })
  }
}
