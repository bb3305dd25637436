/**
 * Limits and timeouts of how a swarm ends on one vector, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/** A peer that is about to freeze gives exchanges that are under way so long to end by themselves. */
export const FREEZE_TIMEOUT_MS = 5_000

/**
 * A peer that has chosen waits so long for a minority that chooses nothing, or something else. Longer than fetching a vector over a slow
 * link, so that only peers that do not want to follow are left behind.
 */
export const SEAL_TIMEOUT_MS = 120_000

/** For so long nobody new was met, when a peer believes that it has heard of everybody: three announcements. */
export const MEMBERS_SETTLED_MS = 3_000

/** Two thirds: of all living members more than this share have to have chosen a seal for which a peer gives up steps that are not in it. */
export const OVERRULING_SHARE = 2 / 3
