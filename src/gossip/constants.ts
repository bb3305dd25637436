/**
 * Every limit and timeout of the protocol core, each with its reason. Times are in milliseconds.
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
 * A member silent for so long has left for good, and its share of the mean with it: what was decided with it and what
 * is in doubt because of it is dropped. Long enough for a machine to restart and resume from its checkpoint.
 */
export const MEMBER_FORGOTTEN_MS = 120_000

/** Members kept in memory; beyond it new ones are ignored. A swarm larger than this needs partial views. */
export const MAX_MEMBERS = 10_000

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

/**
 * Longest frame on a stream. A frame of parameters is 256 KiB and a few bytes; four times that leaves room for another
 * codec, and is all that one stream may make its reader allocate for one frame.
 */
export const MAX_FRAME_BYTES = 1024 * 1024

/** Longest control message: a settlement names at most {@link MAX_IN_DOUBT} exchanges each way. Recipes fit too. */
export const MAX_CONTROL_BYTES = 65_536

/**
 * Exchanges a peer takes part in at once: one that it began and one that another began. With the weights
 * 1 / (1 + max(k_A, k_B)) its own share stays positive, 1 - 1/2 - 1/3, whichever of the two came first.
 */
export const MAX_CONCURRENT_EXCHANGES = 2

/** Differences in doubt that a peer holds, each as large as its parameters. At the bound it begins nothing new. */
export const MAX_IN_DOUBT = 8

/** Dialling and opening a stream: a few round trips over a slow link. */
export const OPEN_TIMEOUT_MS = 10_000

/** One control message back and forth, a checkpoint on a slow disk included. */
export const REPLY_TIMEOUT_MS = 15_000

/** A whole vector in both directions. At 10 Mbit/s this carries 75 MB; the next frame would have to come sooner. */
export const TRANSFER_TIMEOUT_MS = 60_000

/** Where everybody averages in step, the first round begins when nobody new was met for so long. */
export const ROUND_GATHERING_MS = 3_000

/** How often a peer that waits for others in a round looks whether they are still there. */
export const ROUND_POLL_MS = 100

/** How often outstanding decisions and doubts are brought up with the partner. */
export const SETTLE_INTERVAL_MS = 500

/** Between two exchanges when training is over: short against a transfer, long enough not to spin without partners. */
export const AVERAGING_PAUSE_MS = 40

/** After a failed or refused exchange a partner is left alone for so long. */
export const PARTNER_BACKOFF_MS = 250

/** A peer that has never met anybody waits so long for company before it seals alone. */
export const ALONE_GRACE_MS = 10_000

/**
 * Who proposes waits so long for a minority that chooses nothing, or something else. Longer than fetching a vector over a
 * slow link, so that only peers that do not want to follow are left behind.
 */
export const SEAL_PATIENCE_MS = 120_000

/** After the seal a peer stays so long for members that vanished without a goodbye, so that they get the seal. */
export const RETURN_GRACE_MS = 30_000

/** A clean stop gives running exchanges so long to finish before it resets them. */
export const STOP_GRACE_MS = 2_000

/** How often a stopping peer looks whether its last exchange has ended. */
export const STOP_POLL_MS = 10

/** How often the optimiser's state is taken into the checkpoint; parameters are also saved at every exchange. */
export const CHECKPOINT_INTERVAL_MS = 5_000

/** A newcomer so many exchanges' worth of steps behind fetches the swarm's parameters instead of pulling the mean back. */
export const LATE_JOIN_EXCHANGES = 10

/**
 * With `auto`, the share of its time that a peer spends in exchanges that it began. On average it answers as many as it
 * begins, so with a quarter it is free for half of its time, and a partner is more often met than refused.
 */
export const AUTO_EXCHANGE_SHARE = 0.25

/** Weight of the newest measurement: after ten, a change of the network has come through to 94 %. */
export const AUTO_MEMORY = 0.25

/**
 * With `auto`, the most local steps between two exchanges, whatever the network. DiLoCo (Douillard et al., 2023) goes that
 * far without losing accuracy; further apart, peers with different data would learn different things.
 */
export const AUTO_MAX_LOCAL_STEPS = 500

/**
 * With `auto`, about the longest time between two exchanges. Between them a peer does not look up: it takes no checkpoint
 * and does not stop.
 */
export const AUTO_LONGEST_INTERVAL_MS = 60_000

/**
 * Ages and steps are at most this, far below where adding one more step is no longer exact. Without a bound, one message
 * with an absurd age would spread by maximum until nobody's announcement is accepted any more.
 */
export const MAX_STEPS = 2 ** 48

/** Vectors handed out at once; each holds a copy of the model for as long as the asker takes. */
export const MAX_SERVED_AT_ONCE = 8

/** Announcements of one peer that come closer together than this are neither heeded nor forwarded. */
export const MIN_ANNOUNCE_GAP_MS = 50

/**
 * Settlements in a row that a living partner leaves unanswered before it no longer keeps this peer from freezing. Ten
 * seconds of refusals are no bad luck.
 */
export const MAX_SETTLE_ATTEMPTS = 20

/** Longest text of another peer's making that is shown to a person. */
export const MAX_SHOWN_CHARACTERS = 200

/** Offences (malformed frames, false hashes, …) after which a peer is banned for the rest of the session. */
export const MAX_OFFENCES = 3

/** Streams that one peer may open per second, and at once after a quiet spell; several times what an honest peer does. */
export const STREAMS_PER_SECOND = 50
export const STREAM_BURST = 100

/** Longest name of a lane: a word and sixteen characters of a hash. */
export const MAX_LANE_BYTES = 48

/**
 * Relative distance at which statistics may be sealed. Their largest coordinate decides it; that the small ones have been
 * averaged as well is what {@link STATISTICS_EXCHANGES} is for. A hundred times the rounding of float32.
 */
export const STATISTICS_DISTANCE = 1e-5

/**
 * Exchanges that a peer begins, since it last met somebody new, before it proposes statistics. Between random pairs the
 * mean squared distance falls by e in as many exchanges as there are peers (Boyd, Ghosh, Prabhakar and Shah, "Randomized
 * gossip algorithms", 2006), so what a peer began with weighs e^-20 of its difference from the others then.
 */
export const STATISTICS_EXCHANGES = 40

/** After somebody new was met, so long others are waited for who started at the same time. */
export const STATISTICS_NEWCOMER_MS = 3_000

/** Members that know the means and do not say how they vary around them are waited for no longer than this. */
export const STATISTICS_PATIENCE_MS = 30_000

/** A norm that vectors of statistics may have; beyond it, squares of float32 are no numbers. */
export const STATISTICS_MAXIMUM_NORM = 1e30

/**
 * Labels by which a peer is judged while it trains, at most: on so many a share is known within a percent. The test set of
 * a text has a hundred thousand, and judging by all of them would take longer than training.
 */
export const PROGRESS_LABELS = 10_000
