import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { PrivateKey, PublicKey } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import type { Signer } from '../admission/admission.ts'
import type { PeerId } from '../gossip/ports.ts'
import { privateKeyOf } from './private-key.ts'

/**
 * Signs as the peer of an identity.
 *
 * @throws IdentityError when the bytes are not a private key
 */
export function signerOf(identity: Uint8Array): Signer {
  return signing(privateKeyOf(identity))
}

/** Signs as the peer whose Ed25519 key has this seed of 32 bytes. */
export async function signerOfSeed(seed: Uint8Array): Promise<Signer> {
  return signing(await generateKeyPairFromSeed('Ed25519', seed))
}

function signing(key: PrivateKey): Signer {
  return { peer: peerIdFromPrivateKey(key).toString(), sign: async bytes => await key.sign(bytes) }
}

/**
 * Whether a text is the id of a peer whose signatures can be checked: its key is in it, which that of RSA is not. An id has one way to be
 * written: a peer under two names could be revoked under one and live on under the other.
 */
export function isPeerId(text: string): boolean {
  return keyIn(text) !== undefined
}

/** Whether a signature is of the key that is in a peer's id. */
export async function verifySignature(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    return (await keyIn(peer)?.verify(bytes, signature)) ?? false
  } catch {
    // Bytes that no signature of this kind of key can be.
    return false
  }
}

function keyIn(peer: PeerId): PublicKey | undefined {
  try {
    const { publicKey } = peerIdFromString(peer)
    return publicKey !== undefined && peerIdFromPublicKey(publicKey).toString() === peer ? publicKey : undefined
  } catch {
    return undefined
  }
}
