/**
 * Limits of proofs and of what they carry, each with its reason. Sizes are in bytes.
 *
 * @packageDocumentation
 */

/** Longest proof: a chain of as many invitations as one may be away from the founder, each a few hundred bytes, and room. */
export const MAX_PROOF_BYTES = 8_192

/** Revocations that are kept and handed on. Each is a few hundred bytes; together they fit into one control message. */
export const MAX_REVOCATIONS = 128
