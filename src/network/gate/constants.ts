/**
 * Limits of what passes between two peers before one is known for a member, each with its reason. Sizes are in bytes, times in
 * milliseconds.
 *
 * @packageDocumentation
 */

import { MAX_REVOCATIONS } from '../../admission/constants.ts'

/** Fresh random bytes of each side for each connection: nobody draws the same twice. */
export const NONCE_BYTES = 32

/** Longest hello or pair of tags: version, nonce and tags are 98 bytes; a later version may have more to say. */
export const MAX_HELLO_BYTES = 256

/** Longest verdict: a byte, and a reason of as many characters as are shown, in UTF-8. */
export const MAX_VERDICT_BYTES = 1_024

/** Longest message of revocations: all that are kept, of half a kilobyte each, which is more than a signature and two names take. */
export const MAX_REVOCATIONS_BYTES = MAX_REVOCATIONS * 512

/** News of revocations are taken up no faster than this: each makes its reader verify signatures. */
export const NEWS_GAP_MS = 1_000

/**
 * From a connection's beginning to the verdict: a few round trips and signatures. A machine on which fifty peers come up at once takes
 * seconds for theirs; whoever has said nothing by then is cut off.
 */
export const PROOF_TIMEOUT_MS = 10_000

/** How long peers of other recipes stay connected: to compare recipes takes a round trip, and after that they have nothing to say. */
export const ACQUAINTANCE_MS = 10_000

/** Who refuses this peer, or is refused, is not dialled again for so long on this peer's own initiative: membership can be granted. */
export const REFUSED_PAUSE_MS = 60_000

/** Refusals that are kept in mind, of whoever comes: names cost nothing. */
export const MAX_REFUSALS = 1_000

/** Refusals that a person is told of, each once: beyond them it is an attack, and more of the same. */
export const MAX_TOLD_REFUSALS = 64

/** A second connection to the same member replaces the first, whose streams have so long to end. */
export const REPLACED_MS = 5_000

/** To tell a peer why it is cut off. */
export const FAREWELL_MS = 2_000
