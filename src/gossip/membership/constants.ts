/**
 * Limits and timeouts of announcements and of peer scores, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/** How often a peer says how it is. Ten fit into {@link MEMBER_EXPIRY_MS}, so a lossy network does not lose a member. */
export const ANNOUNCE_INTERVAL_MS = 1_000

/** Changes are told sooner, but no closer together than this: an announcement costs every peer of the swarm a message. */
export const ANNOUNCE_GAP_MS = 400

/** A member not heard of for so long is taken for gone: nobody waits for it and nobody picks it as a partner. */
export const MEMBER_EXPIRY_MS = 10_000

/**
 * A member silent for so long has left for good, and its share of the mean with it: decisions with it and differences
 * in doubt because of it are dropped. Long enough for a machine to restart and resume from its checkpoint.
 */
export const MEMBER_FORGOTTEN_MS = 120_000

/** An announcement is a few hundred bytes (64 sketch buckets are 344 in base64); longer ones are not parsed. */
export const MAX_ANNOUNCEMENT_BYTES = 4_096

/** Addresses that a peer may announce, and the length of one. */
export const MAX_ADDRESSES = 8
export const MAX_ADDRESS_LENGTH = 256

/**
 * Buckets of the sketch. The squared distance between two peers is estimated with a relative deviation of
 * sqrt(2 / buckets), here 0.18, for 256 bytes in an announcement.
 */
export const SKETCH_BUCKETS = 64

/** After a failed or refused exchange a partner is left alone for so long; each time twice as long where others are there to be asked. */
export const PARTNER_BACKOFF_MS = 250

/** At most so long: one that was refused in good faith, as where it was busy or fetching, is asked again before an end phase is over. */
export const LONGEST_REFUSED_BACKOFF_MS = 4_000

/** At most so long where it broke or ran out of time: a machine restarts in the time, and a minute's work of a swarm goes on without it. */
export const LONGEST_BACKOFF_MS = 60_000

/** A failed exchange is followed by so many times the time that it took: peers that do nothing but stall have a fifth of one place each. */
export const BACKOFF_OVER_HELD = 4

/** Announcements of one peer that come closer together than this are neither heeded nor forwarded. */
export const MIN_ANNOUNCE_GAP_MS = 50

/** Longest text of another peer's making that is shown to a person. */
export const MAX_SHOWN_CHARACTERS = 200

/** Violations of the protocol (malformed frames, false hashes, …) after which a peer is banned for the rest of the session. */
export const MAX_VIOLATIONS = 3

/** Streams that one peer may open per second, and at once after a quiet spell; several times what an honest peer does. */
export const STREAMS_PER_SECOND = 50
export const STREAM_BURST = 100

/**
 * The peers of one machine together may open as many as so many of them. An honest one opens a tenth of what it may, so a swarm of eighty on one
 * machine stays within it.
 */
export const PEERS_OF_A_HOST = 8

/** Longest run that is told of, 30 years: a bound on what a message may say, and nothing else. */
export const MAX_RUN_MS = 1e12
