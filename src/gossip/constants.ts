/**
 * Limits and timeouts of what every room of the core shares, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/**
 * Frames that an initiator sends without an answer, 8 MiB of float32: twice what a stream's window lets be under way, so the
 * window, and not this, is what limits a long link. It bounds what both sides hold of an exchange of whatever size, what
 * can be in doubt, and what can be taken back.
 */
export const WINDOW_FRAMES = 32

/**
 * Exchanges of one kind that stand open between two peers. Nothing new is begun with one with whom something is open, so there are no
 * more than one that each of the two began; more is room for those that cross.
 */
export const MAX_OPEN_WITH_ONE = 4

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
export const PROTOCOL_VERSION = 5

/** Members kept in memory; beyond it new ones are ignored. A swarm larger than this needs partial views. */
export const MAX_MEMBERS = 10_000

/** Links by the topology that a peer tells of who looks at the swarm: more are no graph that anybody reads, and complete ones grow with the square of the members. */
export const MOST_LINKS_SEEN = 400
