/**
 * How a swarm sums test results by averaging them, each figure with its reason. Times are in milliseconds.
 *
 * Each whole number travels as digits, each digit in a coordinate of its own, so that the average of n peers times n is the sum of their
 * digits, off by what float32 has rounded and by how far the peers are still apart. With digits of 6 bits, below 2⁶:
 *
 * - Rounding. An addition in float32 is off by at most 2⁻¹⁹ below 2⁶. Of n peers that begin K exchanges each, 2·n·K additions move
 *   the sum of a digit by at most n·K·2⁻¹⁸: 0.006 of 50 peers with K = 30, 0.11 of 1,000.
 * - Distance. A vector is Σ w_j x_j, x_j what peer j began with. The weights lie in the vector itself, see {@link SLOTS}; where
 *   none is off 1/n by more than a share τ, the sum of a digit is off by at most τ·n·(2⁶ − 1): 1/8 with τ = 1/(504·n).
 *
 * Together less than 1/4, up to a thousand peers, in the worst case: the nearest whole number is the sum.
 *
 * @packageDocumentation
 */

/** Bits of a digit: fewer would be more coordinates, more would leave no room for rounding. */
export const DIGIT_BITS = 6

/** How far a digit's sum may be off a whole number: half of what would make it another. */
export const MOST_OFF = 1 / 4

/** The share of that which peers may be apart for; see τ above. */
export const MOST_APART = 1 / 8

/**
 * Coordinates of a table in which every peer has 1 at a place that its id draws, and 0 elsewhere: what a vector holds there are the weights with
 * which peers are in it. There are two tables, so that peers that share a place in one do not in the other: of 20 peers all have a place to themselves
 * in one of the two in 99 of 100 swarms, and of 50 in 80.
 */
export const SLOTS = 2_048
export const TABLES = 2

/** Digits of a count: below 2³⁰ samples of one peer. */
export const COUNT_DIGITS = 5

/** Digits of a sum of losses, in units of 2⁻²⁰ nats: as many as a float64 counts exactly. */
export const LOSS_DIGITS = 9

/** Digits of a sum of errors or squares, in units of 2⁻⁴⁰: 2²⁸ samples of the largest error. */
export const VALUE_DIGITS = 18

/** Classes whose counts are averaged: with more, the vector would have more than one frame, and frames are averaged one by one. */
export const MOST_CLASSES = 3_000

/** Outputs of a regression, for the same reason. */
export const MOST_OUTPUTS = 600

/** Relative distance at which counts may be sealed. What is sealed is good by itself, see `counts-vector.ts`, or is seen not to be. */
export const COUNTS_DISTANCE = 0.01

/**
 * Exchanges that each of so many peers begins, since the last one came or left, after which it seals what it holds, whole numbers or not. Between
 * random pairs the mean squared distance falls by e in as many exchanges as there are peers, so weights that were 1 and 0 are off 1/n by less
 * than τ/n after 2 ln(n/τ), which is 42 of 1,000 peers: half as many again, and a peer that vanished has taken some of its counts with it, and
 * they are averaged anew.
 */
export function enoughExchanges(peers: number): number {
  const apart = MOST_APART / (peers * 2 ** DIGIT_BITS)
  return Math.ceil(1.5 * 2 * Math.log(peers / apart))
}

/** How often counts are averaged anew before the swarm does without. */
export const MOST_ATTEMPTS = 4

/** Members of the seal that are there, and are not ready with their own counts, are waited for no longer than this. */
export const MEMBERS_TIMEOUT_MS = 60_000

/** The whole of it takes no longer, or there are no common figures. */
export const JUDGING_TIMEOUT_MS = 240_000

/** How often a peer looks whether others are still there. */
export const LOOK_MS = 500

/** A peer that sees no other member so long is alone: two announcements, in which everybody would have been heard. */
export const ALONE_MS = 2_500
