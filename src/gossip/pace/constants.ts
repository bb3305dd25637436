/**
 * Limits and timeouts of what is measured, and of what follows from it, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/**
 * With `auto`, how long averaging may take beside the training before it: as long, so that a peer trains half of its time. With less
 * averaging peers with unlike data lose more accuracy than the time is worth (decision 007).
 */
export const AUTO_EXCHANGE_RATIO = 1

/** Weight of the newest measurement: after ten, a change of the network has come through to 94 %. */
export const AUTO_MEMORY = 0.25

/**
 * With `auto`, the most local steps between two exchanges, whatever the network. DiLoCo (Douillard et al., 2023) goes that
 * far without losing accuracy; further apart, peers with different data would learn different things.
 */
export const AUTO_MAX_LOCAL_STEPS = 500

/**
 * With `auto`, about the longest time between two exchanges. Between them training does not look up: nothing of it is in a
 * checkpoint, and it does not stop.
 */
export const AUTO_LONGEST_INTERVAL_MS = 60_000

/**
 * How long a partner is waited for, at least and at most, in milliseconds; in between, what exchanges took so far decides, see
 * `timeouts.ts`. The ceiling stands until enough was seen. Waiting too long holds up no training, only one of the few exchanges
 * that a peer takes part in at once; giving up too early costs what was on its way.
 */
export const TIMEOUT_BOUNDS = {
  /**
   * A lost first packet of TCP is sent again after one second, and once more two seconds later. At most, a few round trips over a slow
   * link.
   */
  dial: { floor: 4_000, ceiling: 10_000, furtherFrame: 0 },
  /** A partner may be collecting garbage, or putting a checkpoint together. */
  answer: { floor: 2_000, ceiling: 15_000, furtherFrame: 0 },
  /** The next frame: as an answer, and every frame is written down before it is answered. At most, 256 KiB each way at 140 kbit/s. */
  frame: { floor: 2_000, ceiling: 30_000, furtherFrame: 0 },
  /**
   * Longer than a frame that takes as long as it may. 256 KiB each way in five seconds are 0.8 Mbit/s: a link slower than
   * that is cut off before the model's end, and has made a shorter exchange.
   */
  whole: { floor: 10_000, ceiling: 60_000, furtherFrame: 5_000 },
} as const

/** Observations that are remembered of each kind: enough for a median that a third of strange ones does not move far. */
export const TIMEOUT_OBSERVATIONS = 32

/** With fewer observations than this the ceiling stands: they do not say how much they vary. */
export const TIMEOUT_FEWEST = 4

/** Deviations above the median at which something is no longer usual; of normally distributed times one in a thousand million. */
export const TIMEOUT_DEVIATIONS = 6

/** The margin beyond that, for times that are not normally distributed, or have hardly varied so far. */
export const TIMEOUT_MARGIN = 2

/** A partner's limits are doubled so often at most; four times take every floor to about its ceiling for a model of one frame. */
export const TIMEOUT_DOUBLINGS = 8

/** Partners whose limits are doubled that are remembered; of more, those are forgotten that ran out longest ago. */
export const TIMEOUT_PARTNERS = 1_000

/** With compression `auto`, exchanges that are remembered: what the network was before them counts for nothing. */
export const AUTO_REMEMBERED_EXCHANGES = 16

/**
 * With compression `auto`, exchanges before anything is picked, and after a change before there is another: the first one opens
 * connections, and among three it is not the one in the middle.
 */
export const AUTO_FEWEST_EXCHANGES = 3

/**
 * With fewer, one is picked all the same where they took so many times what they may: an exchange of a minute is not waited for three times to
 * learn that it is too long.
 */
export const AUTO_OBVIOUS = 4

/** By what share of the larger two exchanges must differ in bytes for their times to say what a byte takes. */
export const AUTO_OTHER_SIZE = 0.25

/** Round trips of an exchange: proposal and answer, first frame and its answer, the last decision and the word that it is applied. */
export const AUTO_ROUND_TRIPS = 3

/** A less lossy compression is taken up again where it would need no more than this of the time there is, so that nothing flaps. */
export const AUTO_COMFORT = 0.7

/**
 * A compression is not worth what it loses where without it an exchange takes no more than so many times as long as with the
 * most lossy one.
 */
export const AUTO_WORTHWHILE = 1.5

/** Intervals and exchanges of which the usual length is known: enough for a median, few enough to follow a machine that gets slower. */
export const MEETING_OBSERVATIONS = 16

/** Until an exchange was measured, others are waited for this long: they compile their kernels and open their connections. */
export const FIRST_MEETING_MS = 3_000

/** Beside an interval, the exchanges' worth of time that a partner may usually keep others waiting: its own, and one before it. */
export const TOLERATED_EXCHANGES = 2

/** The median of fewer intervals than this says nothing: the first compiles kernels, and one may fall into a collection of garbage. */
export const FEWEST_INTERVALS = 3

/** The time that timers and a busy event loop may take, whoever is waited for. */
export const LATENESS_FLOOR_MS = 10

/** Exchanges of which the usual length is known for each partner; fewer than the second say nothing, since the first opens a connection. */
export const LINK_OBSERVATIONS = 5
export const FEWEST_FLOWS = 2

/**
 * A peer that announces more than so many times this peer's interval is not waited for. Waiting for less is cheaper than what is lost where
 * peers that are about as quick as one another miss each other.
 */
export const TOLERATED_PACE = 1.5

/**
 * Before FEWEST_INTERVALS, so many times what others need is slow. A busy moment can make a step take several times as long; but a peer
 * that is a hundred times slower than the others would make its first interval for as long as they train.
 */
export const DOUBTFUL_PACE = 8

/** A peer that was waited for in vain so many times in a row is not waited for either, until it comes. */
export const MISSED_MEETINGS = 3

/** Nor does asking it make it one that is waited for, once it was asked and has not come so many times more. */
export const UNHEEDED_MEETINGS = 2 * MISSED_MEETINGS

/**
 * A proposal that was not answered in time, because another partner came first, is such a part of a missed meeting. About every second one is
 * among peers that are as quick as one another; that twelve in a row are, and nothing else comes of the peer, is no chance.
 */
export const UNANSWERED_PROPOSAL = 1 / 4

/**
 * One that came, and did not end what it had begun before the others went on, so many times: it is not waited for either. An exchange that
 * it ends makes up for so much of one, and no more are counted than the last. So whoever stalls in every fifth meeting is not waited for, and one
 * whose link was broken for an hour is waited for again after five.
 */
export const STALLED_MEETINGS = 3
export const FORGIVEN_BY_COMING = 0.25
export const MOST_STALLED_MEETINGS = 4

/**
 * So many times what a partner may usually take, nobody waits once. In between lies what happens now and then, such as a collection of
 * garbage or a slow disk.
 */
export const MEETING_LIMIT = 4

/**
 * Never less than this: a busy machine lets a thread wait so long now and then, and a peer that is slow by its own account is not waited
 * for.
 */
export const LEAST_MEETING_MS = 500

/** Paces that others announce count where there are so many of them: of fewer, one alone may be the median. */
export const FEWEST_PACES = 3
