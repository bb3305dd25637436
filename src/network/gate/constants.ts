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

/** Why a peer of another recipe is refused where recipes are not shown to strangers, as what is said of it. */
export const OTHER_RECIPE = 'has another recipe'

/** Refusals that a person is told of, each once: beyond them it is an attack, and more of the same. */
export const MAX_TOLD_REFUSALS = 64

/**
 * A second connection to the same member replaces the first, which is looked at after so long: one whose streams have ended, or bring nothing,
 * is closed by the smaller id, and by the other one after twice as long, if it is still there.
 */
export const REPLACED_MS = 5_000

/** To tell a peer why it is cut off. */
export const FAREWELL_MS = 2_000

const KiB = 1024

/**
 * Sockets that have said nothing yet. Who knocks does so within a round trip, so that under a thousand new sockets a second one of 250 ms
 * still finds its place held; nothing is made of one that has said nothing.
 */
export const ARRIVING_PLACES = 256

/** A socket that says nothing for so long is closed: a round trip, and a lost packet or two. */
export const KNOCK_TIMEOUT_MS = 3_000

/** How often those are looked for that have waited too long: some such time more or less is no matter. */
export const PORCH_MS = 100

/** Connections whose dialler has knocked and has proved nothing yet. A swarm that starts at once comes in at once, and proves soon. */
export const KNOCKED_PLACES = 64

/** Handshakes of those: each takes some milliseconds, so that a full rate is a fifth of a core; a swarm that starts at once waits for none. */
export const KNOCKED_HANDSHAKES = { perSecond: 50, atOnce: 128 }

/** Connections of others that have not knocked: peers of other recipes and versions, for as long as recipes are compared, and strangers. */
export const STRANGER_PLACES = 16

/**
 * Handshakes of those: a full rate is about a hundredth of a core, so that several peers of one machine lose little, too. Who is turned away
 * comes again, and sixteen that come at once wait for nothing.
 */
export const STRANGER_HANDSHAKES = { perSecond: 2, atOnce: 16 }

/** Knocks that are remembered, so that none is used twice: those of ten minutes at the full rate. */
export const MAX_KNOCKS_REMEMBERED = 32_768

/**
 * All that a connection says before its peer is known for a member, and so all that it can make this process hold: a proof and revocations,
 * a recipe, what libp2p identifies a peer by, and as much again.
 */
export const MAX_STRANGER_BYTES = 256 * KiB

/** Streams that a stranger may have open: to identify, to ping, to prove and to compare recipes takes one each, and some are tried twice. */
export const STRANGER_STREAMS = 16

/** Unread bytes at which the stream on which members prove what they are is paused. */
export const GATE_READ_AHEAD_BYTES = 16 * KiB

/** Streams to compare recipes that one connection may open: one is what it takes, and now and then one breaks. */
export const RECIPE_STREAMS = { perSecond: 4 / 60, atOnce: 4 }

/** Recipes that are compared with all comers: each takes a millisecond. */
export const RECIPES_COMPARED = { perSecond: 8, atOnce: 32 }

/**
 * Messages of gossip that a neighbour may send, several times what it forwards in a swarm of a thousand that announces every second. One
 * takes 20 to 100 microseconds.
 */
export const GOSSIP_MESSAGES = { perSecond: 2_000, atOnce: 6_000 }

/** A stream for gossip is tried again after so long: what is connected answers within a round trip, or seconds where its machine is busy. */
export const GOSSIP_STREAM_MS = 5_000

/**
 * A member that has a connection, and no stream on which it could be heard, opens one within a second, or its side has lost this one: after
 * so long the connection is worth less than a new one. Some times what a busy machine takes.
 */
export const MUTE_MS = 15_000
