/**
 * Limits and timeouts of how parameters are fetched from others, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/** A newcomer so many exchanges' worth of steps behind fetches the swarm's parameters instead of pulling the mean back. */
export const LATE_JOIN_EXCHANGES = 10

/** Vectors handed out at once. Each costs the frames that are on their way, and a share of the link. */
export const MAX_SERVED_AT_ONCE = 8

/**
 * The part of {@link MAX_SERVED_AT_ONCE} that peers with whom no exchange has come to its end keep even where one asks with whom some have.
 * Half of them: a swarm that seals must not wait for newcomers, nor a newcomer until it has sealed.
 */
export const LENT_PLACES = 4

/**
 * Bytes a second that a peer reads at least, in the mean since it began, if it is to keep its place when another asks for it. Behind a line of
 * 1 Mbit/s a newcomer that fetches from MAX_SOURCES at once reads 31,000 of each; half of that leaves room for whatever else the line carries.
 */
export const SLOWEST_READ = 16_384

/** Not before so much time: a request takes a round trip or two, and the first frame of 256 KiB two seconds of such a line. */
export const UNREAD_GRACE_MS = 5_000

/**
 * Frames of a piece, the unit in which a vector is fetched from several peers: 4 MiB, as much as a stream carries before its
 * reader has to say that it reads, so that asking for the next piece costs little beside its bytes; and all that is asked for
 * again where a peer dies in the middle.
 */
export const PIECE_FRAMES = 16

/** Peers from which one vector is fetched at once. Each costs a stream and the memory of a piece; more than a few share the same link. */
export const MAX_SOURCES = 4

/**
 * A piece that takes so many times longer than pieces did on average is asked of another peer as well. Two peers with equal
 * links may differ by half; three times is another link, or none.
 */
export const OVERDUE_PIECES = 3

/** So is a piece of which nothing came for so long: a frame takes no longer at 0.4 Mbit/s. */
export const STALLED_MS = 5_000

/**
 * The part of {@link MAX_SERVED_AT_ONCE} for one peer: the vector that it fetches, and the one before, which may not have ended here yet.
 */
export const MAX_SERVED_TO_ONE = 2

/**
 * How far from the one in their middle peers may be that agree on what is current, in units of the distance within which most are of it.
 * Peers that differ independently of each other are all about as far, each by its sketch to 9 %; of three the nearest two are the measure,
 * and the third one may be three deviations of both farther.
 */
export const AGREEMENT_MARGIN = 1.4

/**
 * The distance within which most are of the one in their middle may be so many times that within which half are. Where it is more, there
 * are two camps, and the one more that makes a majority is of the other one.
 */
export const CAMPS_MARGIN = 3

/**
 * So many that are ahead are enough to go by, whoever else is there: of fewer, a majority is one alone, or two that anybody may be. Fewer
 * are gone by where they are as many as the others, so that nobody takes the word of one against that of a swarm that is about to begin.
 */
export const QUORUM = 3

/** Peers whose sketches are compared, drawn at random where there are more: what half of them say is what half of all say to 6 %. */
export const MAX_COMPARED = 64

/** For so many announcements a newcomer waits for what peers say next, before it fetches from them and after. */
export const ANNOUNCEMENTS_WAIT_INTERVALS = 3

/** How often it looks whether they have: announcements, and what was fetched, grow old meanwhile. */
export const ANNOUNCEMENTS_POLL_MS = 50

/**
 * The pieces of a vector that could not be fetched whole are kept so long: as long as a machine takes to restart, so that a peer that held
 * the rest may come back. They take the memory of a model.
 */
export const KEPT_MS = 120_000
