/** Permissions of a state's files, of which one is a private key and others tell of data: for their owner alone. */
export const PRIVATE = 0o600

/** Permissions of its folder. */
export const PRIVATE_FOLDER = 0o700

/**
 * The largest checkpoint that is read: a thousand million parameters, their two moments, and as much again in doubt. Whatever lies in its
 * place is refused by its size, and not by the memory that it would take.
 */
export const MAX_CHECKPOINT_BYTES = 16 * 2 ** 30

/** The largest file beside the checkpoints, but for weights, which are as large as they: a recipe with thousands of columns has some MiB. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024

/** A private key, a lock, an invitation, a revocation: some hundred bytes, or two thousand. */
export const MAX_SMALL_FILE_BYTES = 64 * 1024

/**
 * How far the numbers of announcements, and the ids of exchanges with them, leap ahead where an older checkpoint is gone on from. Those that
 * were used since are a few a second; this is what a peer uses in days, and less than the milliseconds of twenty minutes.
 */
export const SEQUENCE_LEAP = 1_000_000
