/**
 * Limits and timeouts of exchanges and what stays open after them, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/**
 * Exchanges a peer takes part in at once. Each has half of the weight that the ones before have left, so a fourth would carry
 * as many bytes and do an eighth of what the first does.
 */
export const MAX_CONCURRENT_EXCHANGES = 3

/**
 * Frames that an initiator sends without an answer, 8 MiB of float32: twice what a stream's window lets be under way, so the
 * window, and not this, is what limits a long link. It bounds what both sides hold of an exchange of whatever size, and what
 * can be in doubt.
 */
export const WINDOW_FRAMES = 32

/** Answers that wait to be sent before a responder reads on: the next is made while one is on its way. */
export const UNSENT_ANSWERS = 4

/** How often outstanding decisions and doubts are brought up with the partner. */
export const SETTLE_INTERVAL_MS = 500

/**
 * Settlements in a row that a living partner leaves unanswered before it no longer keeps this peer from freezing. Ten
 * seconds of refusals are no bad luck.
 */
export const MAX_SETTLE_ATTEMPTS = 20
