/**
 * Limits of lanes, each with its reason. Sizes are in bytes, times in milliseconds.
 *
 * @packageDocumentation
 */

const KiB = 1024

/** Lanes to one member. What a path takes away from each of them grows with their number, and four carry four times what one does where packets are lost. */
export const MAX_LANES = 4

/** Streams that have brought less say nothing of a link: a connection begins slowly. */
export const TELLING_BYTES = 256 * KiB

/** Two have said so much at most before parameters flow. */
export const PREAMBLE_BYTES = 4 * KiB

/** What takes no longer than this over one connection is quick enough. */
export const SLOW_MS = 1_000

/** Over a shorter round trip a lost packet is sent again before it slows a connection down. */
export const LONG_ROUND_TRIP_MS = 20

/**
 * Lanes that carry less than so many times what one connection carried bring nothing: something else limits the link. Where three models are on
 * their way at once, lanes to one member carry less than four times as much, and still twice.
 */
export const LEAST_GAIN = 1.3

/** Streams over lanes before it is known what they bring: the first finds them cold, and each loses packets of its own. */
export const TRIALS = 3

/** Lanes that brought nothing are tried again after so long: links change. */
export const FOLDED_MS = 600_000

/** A piece of a frame: small, so that lanes end a frame at about the same time, however different they are. */
export const PART_BYTES = 16 * KiB

/** Bytes of one lane that wait for those of others: an end to what a slow lane holds up. */
export const REORDERED_BYTES = 512 * KiB

/** From the first of a stream's parts to the last: they are opened together, and a lost packet or two come between. */
export const GATHER_MS = 10_000

/** Streams of one member whose parts have not all come. */
export const MAX_GATHERED = 8
