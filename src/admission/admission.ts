/**
 * Whether the peer at the other end of a connection is a member, as the recipe's `security.membership` says. The network asks, both ways and
 * once for each connection, before it lets the connection carry anything of the swarm; this room knows no sockets.
 *
 * @packageDocumentation
 */

import type { PeerId } from '../gossip/peer-id.ts'

/** Who may be a member: anyone, whoever was invited, or whoever has the key. */
export type MembershipKind = 'open' | 'invited' | 'key'

/**
 * What a proof is bound to: the two ends of one connection, whose keys the network has checked, and a fresh number of each. A proof of one
 * connection is worth nothing on another, nor in the other direction.
 */
export interface ProofContext {
  readonly prover: PeerId
  readonly verifier: PeerId
  /** Random bytes that each of the two has drawn for this connection, 32. */
  readonly proverNonce: Uint8Array
  readonly verifierNonce: Uint8Array
}

export interface Admission {
  readonly kind: MembershipKind
  /** The proof that this peer is a member: at most `MAX_PROOF_BYTES`. */
  prove(context: ProofContext): Promise<Uint8Array>
  /** @returns why the prover is no member, for people, as what is to be said of it; undefined where it is one */
  judge(proof: Uint8Array, context: ProofContext): Promise<string | undefined>
  /** Why a peer that was admitted is a member no longer: it was revoked, or its invitation has ended. Undefined while it is one. */
  lapsed(peer: PeerId): string | undefined
  /** The revocations that are known here, as every proof hands them on. */
  revocations(): readonly Uint8Array[]
  /**
   * Takes up what another has handed on; what does not hold is left out.
   *
   * @returns those that are new here: they are to be handed on
   */
  learn(revocations: readonly Uint8Array[]): Promise<readonly Uint8Array[]>
  /** Calls back whenever a member may have lapsed, with the revocations that are new, to hand on. @returns what ends that */
  onChange(handler: (news: readonly Uint8Array[]) => void): () => void
}

/** Signs as the peer that it belongs to. */
export interface Signer {
  readonly peer: PeerId
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** Whether a signature of these bytes is this peer's. False too where the text is no peer id. */
export type VerifySignature = (peer: PeerId, bytes: Uint8Array, signature: Uint8Array) => Promise<boolean>
