/**
 * Limits and timeouts of how a swarm ends on one vector, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/** A peer that is about to freeze gives exchanges that are under way so long to end by themselves. */
export const FREEZE_TIMEOUT_MS = 5_000

/**
 * The patience of a swarm's end, at most: so long it waits for those that choose nothing, or something else. Longer than fetching a vector over
 * a slow link, so that only peers that do not want to follow are left behind.
 */
export const SEAL_TIMEOUT_MS = 120_000

/**
 * A short run has no less patience than this: the time in which a machine restarts, its peer comes back, and is asked again by those that had
 * found it silent.
 */
export const SHORTEST_SEAL_TIMEOUT_MS = 30_000

/**
 * Nor less than a vector takes where a busy uplink leaves 1 Mbit/s for it: a proposal is fetched as it is, where exchanges
 * may have been compressed to a hundredth, so a short run does not say that it is quick. From 15 MB on it is all of the patience.
 */
export const SLOW_FETCH_BYTES_PER_MS = 125

/** For so many announcements nobody new was met, when a peer believes that it has heard of everybody. */
export const MEMBERS_SETTLED_INTERVALS = 3

/** A peer that so many exchanges in a row have not moved has come to rest: one alone may have been with a partner that was as far away as it. */
export const RESTING_EXCHANGES = 3

/** Where a resting peer is otherwise than others think by more than this share of the target, a swarm may wait for its next announcement. */
export const MISTAKEN_SHARE = 1 / 8

/** Two thirds: of all living members more than this share have to have chosen a seal for which a peer gives up steps that are not in it. */
export const OVERRULING_SHARE = 2 / 3

/**
 * A proposal that could not be fetched, or was too far, is skipped for a second, and whoever chose it, and the next time for twice as long,
 * up to this: one that proposes something new every second must not keep others from proposing.
 */
export const MAX_PASS_MS = 16_000

/**
 * A member with which no exchange was completed holds up the end for no longer than this, where it was not there before, or holds on to what
 * was looked at and found too far.
 */
export const STRANGER_PATIENCE_MS = 15_000

/** The patience after one that has run out, as a share of it: all of them together take a third more than the first alone. */
export const NEXT_PATIENCE_SHARE = 0.25

/** The shortest patience of those that follow, in announcements: what members that follow need for it. */
export const LEAST_PATIENCE_INTERVALS = 5

/** A member that held up the end for less than this share of a patience was on its way. */
export const UNINVOLVED_SHARE = 0.1

/** Members are looked at about once a second; the longest that a fetch of a proposal keeps from it without that a process was suspended. */
export const LONGEST_LOOK_MS = 15_000

/** Nobody is held for settled who comes and comes: then a peer knows all that it needs to, after so many announcements. */
export const MEMBERS_UNSETTLED_INTERVALS = 10 * MEMBERS_SETTLED_INTERVALS

/** Of those with whom it has averaged, so many are nearer than what a peer takes for the swarm's spread: where most lie, they count for nothing. */
export const ACQUAINTED_SHARE = 1 / 3

/** A member that is so many times as far away as the others are has not come nearer while they did. */
export const OUTLYING = 4

/** So many announcements back the spread of the swarm is remembered: half a minute or more in which exchanges came to their end. */
export const SPREADS_REMEMBERED = 30

/**
 * A seal so many times as far away as the swarm's spread is explained by it: sketches deviate by 9 %, and of a few members a third may lie
 * nearer than their mean.
 */
export const EXPLAINED_SPREADS = 1.5
