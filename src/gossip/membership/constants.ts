/**
 * Limits and timeouts of announcements and of peer scores, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/** How often a peer of a small swarm says how it is. `announce-interval.ts` says how often one of a large swarm does. */
export const ANNOUNCE_INTERVAL_MS = 1_000

/**
 * Announcements that a peer hears in a second, of all others together, but for changes that others wait for. Each takes about 1 ms of a slow core,
 * a third of it to verify: so 2 % of one, however large the swarm. Up to 20 members say something every second.
 */
export const HEARD_A_SECOND = 20

/** The longest interval, that of 1200 members. One that falls silent would be noticed too late to be of use; there partial views are due. */
export const LONGEST_ANNOUNCE_INTERVAL_MS = 60_000

/** A peer looks at how the others are at least so often, whether it has something to say or not; in a small swarm it always has. */
export const LOOK_INTERVAL_MS = 1.25 * ANNOUNCE_INTERVAL_MS

/**
 * Beyond so much that its timers are late, a peer says less often how it is, as many times less often as they are later, up to so many times. A step of
 * training takes less; and of one that has nothing else to do, a machine that is full of others.
 */
export const LATE_MS = 250
export const LATE_STRETCH = 4

/** Looks of which lateness is the average. */
export const LATE_LOOKS = 4

/** Changes are told sooner, but no closer together than this: an announcement costs every peer of the swarm a message. */
export const ANNOUNCE_GAP_MS = 400

/**
 * A member not heard of for so many of its intervals is taken for gone, so that a lossy network does not lose a member: nobody waits for it
 * and nobody picks it as a partner.
 */
export const EXPIRY_INTERVALS = 10

/** The same in a swarm of up to {@link HEARD_A_SECOND}. */
export const MEMBER_EXPIRY_MS = EXPIRY_INTERVALS * ANNOUNCE_INTERVAL_MS

/**
 * A member silent for so long has left for good, and its share of the mean with it: decisions with it and differences
 * in doubt because of it are dropped. Long enough for a machine to restart and resume from its checkpoint. In a large swarm it is later by as much
 * as a member expires later.
 */
export const MEMBER_FORGOTTEN_MS = 120_000

/** At least every third announcement has the portrait: whoever has missed one sees it two intervals later. */
export const PORTRAIT_EVERY = 3

/** An announcement is a few hundred bytes, of which 64 sketch buckets are 256; longer ones are not read. */
export const MAX_ANNOUNCEMENT_BYTES = 4_096

/** Addresses that a peer may announce, and the length of one. */
export const MAX_ADDRESSES = 8
export const MAX_ADDRESS_LENGTH = 256

/**
 * Buckets of the sketch. The squared distance between two peers is estimated with a relative deviation of
 * sqrt(2 / buckets), here 0.18, for 256 bytes in an announcement.
 */
export const SKETCH_BUCKETS = 64

/**
 * Parameters that have moved by no more than this share of the target distance are where they were. A swarm proposes where sketches say half
 * the target, each right to 9 %: with this a proposal beyond the target is still more than five deviations away.
 */
export const UNMOVED_SHARE = 1 / 32

/**
 * A partner with whom an exchange takes up to so many times what is usual is drawn as often as others: of durations that are as one another
 * the longest is easily twice the median.
 */
export const USUAL_DURATIONS = 2

/** Never less than a fourth as often: what two sides of a slow link hold comes together through those that meet across it. */
export const LEAST_DRAW_SHARE = 0.25

/** After a failed or refused exchange a partner is left alone for so long; each time twice as long where others are there to be asked. */
export const PARTNER_BACKOFF_MS = 250

/** At most so long: one that was refused in good faith, as where it was busy or fetching, is asked again before an end phase is over. */
export const LONGEST_REFUSED_BACKOFF_MS = 4_000

/** At most so long where it broke or ran out of time: a machine restarts in the time, and a minute's work of a swarm goes on without it. */
export const LONGEST_BACKOFF_MS = 60_000

/** A failed exchange is followed by so many times the time that it took: peers that do nothing but stall have a fifth of one place each. */
export const BACKOFF_OVER_HELD = 4

/**
 * What was under way when one of two changed its address breaks when its silence is noticed, after nine seconds, through no fault of theirs: up to
 * so long it is not held against the partner, once in so long for each. So one that makes use of it has no more than a fifth of a place either.
 */
export const MOVED_HELD_MS = 12_000
export const MOVED_GAP_MS = 60_000

/**
 * Announcements of one peer are heeded and forwarded so often in the long run, twice as often as an honest peer has something to say, and
 * so many at once: those of {@link MEMBER_EXPIRY_MS}, for a peer whose event loop stood still, or a network that held them back.
 */
export const HEEDED_GAP_MS = ANNOUNCE_GAP_MS / 2
export const HEEDED_BURST = MEMBER_EXPIRY_MS / ANNOUNCE_GAP_MS

/**
 * A member that has said goodbye may be back so often in the long run, and so many times at once: a person starts a peer again after some
 * seconds, a script some times in a row. Each time tells every user that one has left and another has come.
 */
export const RETURN_GAP_MS = 10_000
export const RETURN_BURST = 3

/**
 * Announcements of peers that were not reached are read so often in the long run from each that hands them on, and so many at once: a
 * newcomer to a swarm of hundreds hears of each of them once a second from one neighbour, until it has reached them.
 */
export const INTRODUCED_GAP_MS = 5
export const INTRODUCED_BURST = 512

/**
 * Peers that were heard of and not reached, kept in memory: all, and those that came through one neighbour. A newcomer to a large swarm
 * reaches as many in a second, and hears of the others again in the next.
 */
export const MAX_INTRODUCED = 512
export const MAX_INTRODUCED_BY_ONE = 64

/** Connections that are tried at once. Each that goes nowhere holds its place for {@link REACHING_TIMEOUT_MS}. */
export const MAX_REACHING = 8

/** A connection to a peer that was introduced is given up after so long: three round trips, handshakes too, across the world. */
export const REACHING_TIMEOUT_MS = 3_000

/** After its first failure a peer is tried again after so long, each time after twice as long, at most the longest. */
export const REACH_AGAIN_FIRST_MS = 1_000
export const REACH_AGAIN_LONGEST_MS = 60_000

/**
 * So many in a row that cannot be reached are no sign against the neighbour that handed on what they said: a swarm may have some members
 * that only a few can reach. From then on those that it introduces are tried one by one, each after twice as long as the one before.
 */
export const INTRODUCTIONS_ON_TRUST = 8
export const INTRODUCER_PAUSE_FIRST_MS = 250
export const INTRODUCER_PAUSE_LONGEST_MS = 30_000

/** What the swarm begins or proposes waits so long for those that are being reached, and no more than once in so long, whoever they are. */
export const INTRODUCTION_WAIT_MS = 3_000
export const INTRODUCTION_WAIT_EVERY_MS = 60_000

/**
 * A claim of steps is believed up to so many times the pace of this peer, or of the usual member where that is quicker. The quickest
 * machine of a swarm may be some times quicker than the usual one; what it has trained beyond that is merged all the same, and
 * only counts as less.
 */
export const BELIEVED_PACE = 4

/** A local step takes at least so long where nobody has said how long: no model is trained 10,000 times a second. */
export const LEAST_PACE_MS = 0.1

/** Others may have begun so much sooner than this peer: they begin together, within two announcements, and a step is heard of when it is done. */
export const BELIEVED_LEAD_MS = 5_000

/** Longest text of another peer's making that is shown to a person. */
export const MAX_SHOWN_CHARACTERS = 200

/** Violations of the protocol (malformed frames, false hashes, …) after which a peer is banned for the rest of the session. */
export const MAX_VIOLATIONS = 3

/** Streams that one peer may open per second, and at once after a quiet spell; several times what an honest peer does. */
export const STREAMS_PER_SECOND = 50
export const STREAM_BURST = 100

/**
 * Of those, so many are its own whatever others on its machine do: an honest peer opens no more. So one that floods takes nothing from those
 * that share a machine or a router with it.
 */
export const OWN_STREAMS_PER_SECOND = 10
export const OWN_STREAM_BURST = 20

/** Beyond what is each one's own, the peers of one machine together may open as many as so many of them. */
export const PEERS_OF_A_HOST = 8

/** Longest run that is told of, 30 years: a bound on what a message may say, and nothing else. */
export const MAX_RUN_MS = 1e12

/**
 * A person is told of those that cannot be reached when that has lasted so long: longer than one that has crashed is taken for alive, and
 * than one that comes by itself takes. Of more that become so, no sooner than after the longer time.
 */
export const UNREACHABLE_TOLD_MS = 15_000
export const UNREACHABLE_AGAIN_MS = 60_000

/** What speaks against a member fades by half in so long: one that comes back as another than it was is heard again in the same run. */
export const CONDUCT_HALF_LIFE_MS = 300_000

/** And by an eighth with every exchange in which there was nothing to speak of. */
export const FORGIVEN_BY_MEETING = 7 / 8

/** So many faults are overlooked; every one beyond halves what a member counts for. */
export const OVERLOOKED_FAULTS = 1

/** Nobody counts for less: one that is honest again has to be heard for that to be seen. */
export const LEAST_TRUST = 1 / 64
