/**
 * Limits and timeouts of what every room of the core shares, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/**
 * Exchanges with doubts that a peer keeps open, and as many decided ones that were not acknowledged. At the bound it begins
 * nothing in pairs and agrees to nothing. Each has at most `WINDOW_FRAMES` frames in doubt.
 */
export const MAX_IN_DOUBT = 8

/**
 * Ages and steps are at most this, far below where adding one more step is no longer exact. Without a bound, one message
 * with an absurd age would spread by maximum until nobody's announcement is accepted any more.
 */
export const MAX_STEPS = 2 ** 48

/**
 * Version of all that peers say to each other, apart from the recipe's message, which every version reads. It goes into protocol ids,
 * the topic and the first word between two peers, so that peers of different versions cannot mix, and is raised by whatever others would misunderstand. 1 is that of
 * hearsay 0.1.
 */
export const PROTOCOL_VERSION = 3

/** Members kept in memory; beyond it new ones are ignored. A swarm larger than this needs partial views. */
export const MAX_MEMBERS = 10_000
