/**
 * Limits and timeouts of how one peer waits for others, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/** The interval at which a waiting peer looks whether the others are still there: silence notifies nobody. */
export const CONDITION_POLL_MS = 100

/**
 * More than this between two looks was this peer's own event loop, held up by a collection of garbage or a busy machine: messages that
 * others sent in the meantime have not been read yet, and they are not late.
 */
export const LONGEST_WAIT_MS = 2 * CONDITION_POLL_MS
