/**
 * Every limit and timeout of the libp2p driver, each with its reason. Sizes are in bytes, times in milliseconds.
 *
 * @packageDocumentation
 */

const KiB = 1024
const MiB = 1024 * KiB

/** Unread bytes at which a stream is paused: one frame is assembled while the next is on its way. */
export const READ_AHEAD_BYTES = 1 * MiB

/**
 * Bytes of a stream that wait for the connection at most, at which its writer waits too: four frames of parameters. libp2p makes one
 * message of all that waits, and cuts that into packets of 64 KiB less a few bytes; frame by frame, every fifth packet would
 * be nearly empty. What waits is not copied, so it takes no memory.
 */
export const WRITE_AHEAD_BYTES = 1 * MiB

/** As many as wait at first, on a connection of which nothing is known: less than a frame, so that a slow one is known by its first. */
export const WRITE_AHEAD_FIRST_BYTES = 64 * KiB

/** What a system takes for a connection before its link is felt, and more: Linux begins with 87 kB. */
export const UNFELT_BYTES = 256 * KiB

/** As many at least: two packets of a dozen segments each, which is what a connection of many losses has under way. */
export const WRITE_AHEAD_LEAST_BYTES = 32 * KiB

/**
 * What waits for a connection is to be gone in so long: everything else on it comes after. Over 100 ms and 1 % loss a connection carries 175 kB/s,
 * and a megabyte that waited had announcements, answers and new streams come after six seconds, by which their peer was taken for gone.
 */
export const WRITE_AHEAD_MS = 200

/**
 * Bytes that the other side may send on one stream before they are read. Throughput is at most window / round trip: 40 MB/s
 * at 100 ms, more than most links carry. The default of 16 MiB would let every stalled stream hold that much.
 */
export const STREAM_WINDOW_BYTES = 4 * MiB

/**
 * Seconds in which a limited bandwidth carries one window, within the bounds of yamux's first window and
 * {@link STREAM_WINDOW_BYTES}: a sender that knows of no limit may fill it at once, and round trips are shorter.
 */
export const LIMITED_WINDOW_SECONDS = 0.5

/** The window of every yamux stream before it grows. */
export const FIRST_WINDOW_BYTES = 256 * KiB

/**
 * Bytes of a window that were read before the other side is told. A quarter of the first window: whoever sends much never waits for it, and a
 * message of some hundred bytes costs one frame instead of two.
 */
export const WINDOW_UPDATE_BYTES = FIRST_WINDOW_BYTES / 4

/**
 * A paused stream still receives a whole window, and libp2p resets it when that is more than its read buffer holds. The
 * defaults (window 16 MiB, buffer 4 MiB) contradict each other; so its buffer is this
 * much larger than its window: a message to spare.
 */
export const READ_BUFFER_SPARE_BYTES = 1 * MiB

/** Pieces in which a frame is sent where bandwidth is limited: other messages wait for no more than one of them. */
export const PIECE_BYTES = 16 * KiB

/** Seconds of unused bandwidth that a limited network may make up for: longer than a timer is late. */
export const BURST_SECONDS = 0.1

/**
 * Streams of one channel on one connection, each way. Peers take part in a few exchanges at a time.
 */
export const MAX_STREAMS_PER_CHANNEL = 8

/**
 * Streams of all channels that others may have open at once, of all connections together: an exchange with each of as many members as there
 * are connections for. Where more come, whoever has most gives way.
 */
export const MAX_INBOUND_STREAMS = 128

/** Streams of a member's connection, each way: all channels full, those that libp2p and gossipsub keep, and some that are being negotiated. */
export const MAX_STREAMS_PER_CONNECTION = 32

/**
 * Connections to members that others may open. Gossip needs a dozen neighbours; the rest is room for exchanges with others. Strangers have
 * other places, in `gate/constants.ts`.
 */
export const MAX_CONNECTIONS = 128

/**
 * Peers that were found on the local network are dialled up to this many connections. Announcements are forwarded by 6
 * to 12 neighbours, so more would not spread them faster; other members are dialled when there is something to exchange.
 */
export const MAX_DISCOVERY_CONNECTIONS = 24

/**
 * A found peer is dialled after a random part of this. Two peers that find each other at the same moment then seldom
 * dial each other at the same moment, and a swarm that starts at once does not storm its first member.
 */
export const DISCOVERY_JITTER_MS = 250

/** A DNS server is waited for so long, and asked so often: it answers within a tenth of a second, or has not heard. */
export const DNS_TIMEOUT_MS = 2_000
export const DNS_TRIES = 2

/**
 * Lists of addresses in the DNS name other lists. Those of libp2p's own bootstrap peers are two deep; what goes on for longer is a mistake, or an attack.
 */
export const MAX_DNSADDR_DEPTH = 4

/** Lists that are read for one address: each is a question to a server. */
export const MAX_DNSADDR_LISTS = 8

/** Addresses that a name may stand for: anybody may own a domain, and each address may be a dial. */
export const MAX_RESOLVED = 16

/** The interval at which the local network is asked for peers. Newcomers ask at once, so this only bounds how long a loss lasts. */
export const DISCOVERY_INTERVAL_MS = 5_000

/**
 * How often this machine is asked for its interfaces: a change of address is to be healed within ten seconds, of which this is the first part.
 * One look takes a tenth of a millisecond.
 */
export const INTERFACE_WATCH_MS = 2_000

/** The service under which peers find each other: a private one, so that nodes of other libp2p programs stay out. */
export const DISCOVERY_SERVICE = '_hearsay._udp.local'

/** One dial on this driver's own initiative: TCP, noise and yamux are five round trips. */
export const DIAL_TIMEOUT_MS = 10_000

/** One address of several: an unreachable one must not use up the time of the others. */
export const ADDRESS_DIAL_TIMEOUT_MS = 5_000

/** An address to connect to is tried again after this, then twice as long each time, up to the maximum. */
export const REDIAL_FIRST_MS = 500
export const REDIAL_MAX_MS = 30_000

/** libp2p pings every connection this often, from which it knows how long a round trip takes where no stream was opened over it. */
export const PING_INTERVAL_MS = 30_000

/** Over a slow link an answer to a ping comes after what waits there. */
export const PING_TIMEOUT_MS = 30_000

/**
 * One message between two neighbours of the announcement mesh, which may carry many announcements: whatever was missed
 * is sent in one piece. A longer one silently ends the mesh between the two for good, so this is far above what honest
 * neighbours send (a second of announcements of 1000 peers), and a quarter of the default.
 */
export const MAX_MESH_MESSAGE_BYTES = 1 * MiB

/** Announcements that wait for a slow neighbour. Beyond it the neighbour is dropped; by default nothing bounds it. */
export const MAX_MESH_BACKLOG_BYTES = 4 * MiB

/**
 * Peers with the same IP address before gossipsub lowers their scores for it. Peers behind one NAT, on one machine or in
 * one container share an address without being one attacker, so as many as there may be connections are let be; by default
 * the eleventh silences them all.
 */
export const MAX_PEERS_PER_ADDRESS = 128

/**
 * The weight of a neighbour's rejected announcements in its score: this times their square. Two make -40 and end the gossip
 * with it; at three, below the -80 of gossipsub's graylist, nothing it sends is looked at.
 */
export const REJECTED_ANNOUNCEMENT_WEIGHT = -10

/** Each second a rejection counts for this much of what it did: forgotten (below 0.1) after four minutes. */
export const REJECTED_ANNOUNCEMENT_DECAY = 0.99

/**
 * Mesh neighbours that a peer aims for, and accepts at least and at most. Announcements reach every connected peer straight
 * from their author (flood publishing); the mesh only has to carry them on to the others, and each neighbour in it is one
 * more list of what there is. With gossipsub's own 6, and copies, a swarm of 8 spent most of its main thread on them.
 */
export const MESH_DEGREE = 3
export const MESH_DEGREE_LOW = 2
export const MESH_DEGREE_HIGH = 5

/** Mesh neighbours that this peer chose itself, so that others cannot surround it; gossipsub wants fewer than half. */
export const MESH_DEGREE_OUTBOUND = 1

/**
 * A neighbour is told of a message of another so long after it came, and up to twice as long where the neighbour speaks first. Longer than what
 * its author says to all takes to reach all; and gossipsub listens to ten such lists a second.
 */
export const RELAY_MS = 200

/** Messages of which a neighbour is told at once: beyond it sooner. A large swarm says some dozens a second. */
export const MAX_RELAYED = 1_000

/** Beside its mesh a peer tells so many others, every second, what it heard in the last three: that joins a mesh in parts. */
export const MESH_LAZY = 3

/** How often the connections to members are looked at: a look at each is a number that is read. */
export const LIVENESS_LOOK_MS = 500

/**
 * A member whose connection has brought nothing for so long is asked for an answer: three announcements of its own are missing, and all that
 * it would hand on.
 */
export const LIVENESS_SILENT_MS = 3_000

/**
 * Members are asked for an answer no more often than this in all, but for signs that one has moved: each time takes some milliseconds, as much
 * as several announcements. So one of 80 is asked when its connection has been silent for 16 seconds, one of 15 after three.
 */
export const LIVENESS_ASKS_A_SECOND = 5

/** One that has not answered within so long is dialled beside the connection: where it has moved, the new one counts at once. */
export const LIVENESS_ANSWER_MS = 1_500

/**
 * One that has not answered within so long is taken for gone, and its connection is ended. A member whose event loop stands still for eight
 * seconds keeps its connections; libp2p's own pings, every ten seconds, end nothing.
 */
export const LIVENESS_ABANDON_MS = 6_000

/** Dials of one member because of its silence, or of its connection's end: at most seven within a minute. */
export const REDIALS = { perSecond: 4 / 60, atOnce: 3 }

/** Members of whose dials a record is kept. */
export const MAX_REDIALLED = 1_000

/** Members of which it is kept where they were reached: one that still is there is enough to find all others. */
export const MAX_CONTACTS = 64

/** Addresses of each: one of IPv4, one of IPv6, and the one before. */
export const MAX_CONTACT_ADDRESSES = 3

/** At the start each is dialled after a random part of this times their number, so that 64 dials take a second. */
export const CONTACT_SPREAD_MS = 20

/** A member is dialled so often where it was reached before, in half a minute; while nobody at all is there it is dialled on and on. */
export const CONTACT_TRIES = 7

/** The default route is looked up again after so long: it changes when a person moves, and the look-up costs a system call. */
export const ROUTE_FRESH_MS = 10_000

/**
 * A peer that could not be reached is not dialled again for so long, then for twice as long each time, up to the longest. Where nothing
 * answered, a router or a firewall most often stands between, and to try costs seconds in which something else could be exchanged. Where
 * the machine answered, a process may just be restarting or have too many callers, and to try costs a round trip.
 */
export const DIAL_REST_SILENT_MS = 30_000
export const DIAL_REST_ANSWERED_MS = 1_000

/** The longest such rest: a person who has opened a port waits no longer than for a coffee. */
export const DIAL_REST_LONGEST_MS = 600_000

export const MINUTE_MS = 60_000

/** Dials of one peer within a minute, whatever new addresses it announces: each may take seconds, and nobody moves more often. */
export const MAX_PEER_DIALS = 6

/**
 * Dials of one address within a minute, whoever is said to be there, so that peers who announce somebody else's address cannot have the swarm
 * storm it. An address that a person has given is tried eight times in the first minute.
 */
export const MAX_ADDRESS_DIALS = 12

/** Addresses that are remembered, each with the dials of a minute: those of a swarm of five hundred. */
export const MAX_ADDRESSES_REMEMBERED = 4_096

/** Addresses of one peer that are worth a try at once when they are new; beyond them it makes them up. */
export const MAX_ADDRESSES_TRIED = 64

/** Peers that were dialled in vain and are remembered: names cost nothing. */
export const MAX_UNREACHED = 1_000

/** Machines whose members must see this peer at an address before it announces it: one could have made it up, or stand in the same network. */
export const OBSERVERS = 2

/** Such addresses that a peer announces: a router's of either family. */
export const MAX_OBSERVED_ADDRESSES = 2

/** Longest message of a WebSocket: one of noise, which is 64 KiB, and its length. Messages are held until they are complete. */
export const MAX_WEB_SOCKET_MESSAGE_BYTES = 66 * 1024
