/**
 * Limits and timeouts of exchanges and what stays open after them, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/**
 * Exchanges a peer takes part in at once. Each has half of the weight that the ones before have left, so a fourth would carry
 * as many bytes and do an eighth of what the first does.
 */
export const MAX_CONCURRENT_EXCHANGES = 3

/**
 * Two whose training is over and that are further apart than so many times the target average compressed, where the recipe compresses: int8 leaves
 * about a hundredth of the difference, which is averaged exactly after it.
 */
export const CODED_DISTANCES = 4

/** Between two exchanges when training is over: short against a transfer, long enough not to spin without partners. */
export const AVERAGING_PAUSE_MS = 40

/**
 * Of these, a peer that trains no more begins so many by itself: with all of them begun there would be none to answer the others with, who
 * would find each other busy.
 */
export const MAX_BEGUN_EXCHANGES = MAX_CONCURRENT_EXCHANGES - 1

/**
 * Of these, one is lent to peers with whom no exchange has come to its end only until one asks with whom some have: so a few newcomers, whom
 * nobody knows, cannot have them all. More would keep out newcomers wherever members are busy.
 */
export const RESERVED_EXCHANGES = 1

/** Answers that wait to be sent before a responder reads on: the next is made while one is on its way. */
export const UNSENT_ANSWERS = 4

/** Nobody's exchange gives way to another's sooner than this: a disk, a collection of garbage or a busy moment may hold up any for so long. */
export const SHORTEST_SLOT_MS = 1_000

/**
 * An initiator that has averaged with another meanwhile withdraws, which its partner hears within a round trip of its answer. Whoever cuts an
 * exchange later than that has held something of this peer's.
 */
export const LONGEST_WITHDRAWAL_MS = 1_000

/** How often outstanding decisions and doubts are brought up with the partner. */
export const SETTLE_INTERVAL_MS = 500

/**
 * Settlements in a row that a living partner leaves unsettled before it no longer keeps this peer from freezing; where it was reached
 * each time, before it is given up. Ten seconds of refusals are no bad luck: of settlements that each break with a probability of one half, so
 * many in a row are one in a million.
 */
export const MAX_SETTLE_ATTEMPTS = 20

/**
 * A partner that was reached so often at least and lets each settlement run out of time is given up after so long: two that take as long
 * as a message may.
 */
export const FEWEST_SETTLE_ATTEMPTS = 2
export const SETTLE_PATIENCE_MS = 30_000

/**
 * Frames of differences that are held for exchanges which have ended and are not settled, 64 MiB: the windows of eight. Each partner has one
 * at most, so as many have to break within half a second, the time to the next settlement, before any of an honest one is given up.
 */
export const MAX_HELD_FRAMES = 256

/**
 * Parameters that are merged may be so many times as large as what this peer's own and the usual member's sketch explain. Of peers that have
 * trained for a while norms differ by some percent, with little data here and much there by half, and a sketch shows them to 9 %.
 */
export const NORM_MARGIN = 4

/**
 * While a peer's parameters have absorbed no more than so many intervals, norms grow by the step, and from one announcement to the next:
 * then so many times is allowed, which in 431 runs of sound training no model exceeded in all (`run/divergence.ts`).
 */
export const EARLY_INTERVALS = 10
export const EARLY_NORM_MARGIN = 100

/** Never less than this: a model that begins at 0 has a norm of 100 when it is good. */
export const LEAST_ADMISSIBLE_NORM = 100

/**
 * A peer that sends so many times the norm that it has announced a moment ago says something false in one of the two: honest training stops
 * itself where it grows so much. Whoever announces what it sends may only have diverged.
 */
export const FALSE_NORM_MARGIN = 100

/** Of fewer sketches than these the median is what one of them says. */
export const FEWEST_SKETCHES = 3

/**
 * The differences of an exchange may be so many times as long as the radius. A sketch of 64 numbers shows a distance to 9 %, so of honest
 * exchanges that are clipped at all about one in three hundred is cut short by this.
 */
export const LONGEST_OVER_RADIUS = 1.3

/**
 * By every interval that the swarm trains, a partner may move this peer by so many times what is usual for one; and what it has not used is kept
 * for it up to so many of them. In pairs meetings come by chance: twice of what is needed, and a depth of eight, leave few accounts of honest
 * partners empty.
 */
export const ACCOUNT_INCOME = 2
export const ACCOUNT_DEPTH = 8

/**
 * What all partners together may move this peer by once training is over, in distances that were usual at the end of it: an honest peer is moved by
 * about two and a half in pairs until all agree, and in step by its part of one, in the first round. More would be for liars: where data are
 * unlike, a usual distance is as long as the model.
 */
export const END_ACCOUNT = 2.5
export const END_ACCOUNT_IN_STEP = 1

/**
 * In so long an account fills again after that, beside what is given back when two meet: longer than an honest swarm takes to agree, and those that
 * hold it up are waited for; so those that were apart come together all the same, where there is nobody who lies.
 */
export const END_REFILL_MS = 30_000

/** One that is farther away than anything honest is held to lie unless it comes nearer, by more than this from one exchange to the next. */
export const STILL_FAR = 0.95

/** Once training is over, one that is far from most is looked at for so long before anything is held against it: most of a swarm agree within that. */
export const STAYING_MS = 5_000

/** People are told of a partner whose exchanges are clipped no more often than that. */
export const TELLING_GAP_MS = 60_000

/** Beside fewer others than these nothing is clipped. */
export const FEWEST_OTHERS = 2

/** A partner with less than this left, in usual distances, is let be until it has more: what it could still move is not worth an exchange. */
export const LEAST_SHARE = 1 / 32
