import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { PeerId } from '../gossip/ports.ts'
import { privateKeyOf } from './private-key.ts'

/** A fresh Ed25519 private key in libp2p's protobuf form, 68 bytes: a secret. A peer that keeps it keeps its peer id. */
export async function createIdentity(): Promise<Uint8Array> {
  return privateKeyToProtobuf(await generateKeyPair('Ed25519'))
}

/**
 * The peer id of an identity.
 *
 * @throws IdentityError when the bytes are not a private key
 */
export function peerIdOf(identity: Uint8Array): PeerId {
  return peerIdFromPrivateKey(privateKeyOf(identity)).toString()
}
