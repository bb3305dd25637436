/**
 * Limits of proofs and of what they carry, each with its reason. Sizes are in bytes.
 *
 * @packageDocumentation
 */

/** Longest proof: a chain of as many invitations as one may be away from the founder, each a few hundred bytes, and room. */
export const MAX_PROOF_BYTES = 8_192

/** Revocations that are kept and handed on. Each is a few hundred bytes; together they fit into one control message. */
export const MAX_REVOCATIONS = 128

/**
 * Invitations between the founder and a peer at the most: founder, site, department, person, machine. Two signatures are checked of each, so
 * this bounds what a proof costs, at most about 2.5 ms; that of a stranger, who has no signature of the founder, less than half of one.
 */
export const MAX_INVITATIONS = 4

/** Longest revocation: a guest's carries its own invitations, each of at most about 320 bytes. */
export const MAX_REVOCATION_BYTES = 2_048

/**
 * Revocations by guests that count of those whom one invitation of the founder has let in. A guest can invite as many peers as it likes, and
 * have each of them sign: without a share, one guest could fill all places. With it, it fills no more than its own.
 */
export const MAX_REVOCATIONS_PER_BRANCH = 16

/**
 * Members whose invitations are remembered, so that they can be told to lapse: many more than there are connections. Each is about 2 KiB at
 * the most, together 2 MiB.
 */
export const MAX_REMEMBERED = 1_024

/** The longest that is waited before ends are looked at again: the machine may sleep, and its clock may be set. */
export const LOOK_AGAIN_MS = 60_000

/** Longest peer id, in characters: those whose key is in the id have 52 or 53. */
export const MAX_PEER_ID_CHARACTERS = 64

/** Longest signature of a key that is in its id: 64 of Ed25519, up to 72 of secp256k1. */
export const MAX_SIGNATURE_BYTES = 72

/** Random bytes in the id of an invitation: none is drawn twice. */
export const INVITATION_ID_BYTES = 16

/** An Ed25519 seed, and a key that members share: 256 bits. */
export const SECRET_BYTES = 32

/** Of SHA-256: an error in a pasted text passes once in four thousand million times, and then its signature does not hold. */
export const CHECKSUM_BYTES = 4
