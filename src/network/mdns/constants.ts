/**
 * Limits of discovery on the local network, each with its reason. Sizes are in bytes, times in milliseconds.
 *
 * @packageDocumentation
 */

/** Where multicast DNS is spoken (RFC 6762, section 3). */
export const MDNS_PORT = 5353
export const MDNS_GROUPS = { 4: '224.0.0.251', 6: 'ff02::fb' } as const

/** RFC 6762, section 11: it shows that a packet was not handed on by a router. */
export const MDNS_HOPS = 255

/** No packet of multicast DNS is longer (RFC 6762, section 17). */
export const MAX_PACKET_BYTES = 9_000

/** How long an answer may be kept, in seconds, as other libp2p nodes say it. Nothing is kept here: peers answer again and again. */
export const ANSWER_TTL_SECONDS = 120

/** The longest text of a TXT record: its length is one byte. */
export const MAX_TEXT_BYTES = 255

/** Peers that one packet tells of. Each tells of itself, so more than one is a proxy for several. */
export const MAX_PEERS_PER_PACKET = 8

/**
 * Interfaces that are used, of each family: Linux lets a socket join 20 groups. A machine with more has them for its containers, and those
 * with an address of their own come first.
 */
export const MAX_LINKS = 16

/**
 * The same is said on one interface no more often (RFC 6762, section 6): all hear every answer, so a newcomer waits no longer than this for it,
 * and a flood of queries is answered by a trickle.
 */
export const ANSWER_GAP_MS = 1_000

/** Those who are asked at once answer at different moments (RFC 6762, section 6). */
export const ANSWER_JITTER_MS = 100

/**
 * Whoever hears somebody ask does not ask itself for half of its interval (RFC 6762, section 7.3): answers reach everybody, and however many
 * peers there are, two queries in an interval are enough. At most so many turns in a row are left out, so that nobody can silence a peer.
 */
export const MAX_SILENT_TURNS = 2

/**
 * Packets about this service that are looked into, from all interfaces: each takes a tenth of a millisecond. Two hundred peers on one network that
 * all answer once a second stay within it; what is beyond comes again.
 */
export const PACKETS = { perSecond: 200, atOnce: 400 }

/**
 * What could not be sent is tried again so often, after so long, and told after that: an address of IPv6 is not usable for a second or two after it has
 * appeared.
 */
export const SENDING_RETRIES = 3
export const SENDING_RETRY_MS = 700

/** How long a trial listens for what comes back: longer than anybody takes to answer who has answered somebody else just before. */
export const PROBE_MS = 1_500

/** Failures that people are told of, each once: more of them are more of the same. */
export const MAX_TOLD_FAILURES = 32
