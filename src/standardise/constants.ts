/**
 * Limits and timeouts of how peers agree on the statistics of their samples, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/** Longest name of a namespace: a word and sixteen characters of a hash. */
export const MAX_NAMESPACE_BYTES = 48

/**
 * Relative distance at which statistics may be sealed. Their largest coordinate decides it; that the small ones have been
 * averaged as well is what {@link REMAINING_EXPONENT} is for. A hundred times the rounding of float32.
 */
export const STATISTICS_DISTANCE = 1e-5

/**
 * Before statistics are proposed, exchanges since somebody new was last met have taken the mean squared distance to e^-40 of what it was: what a
 * peer began with then weighs e^-20, which is nothing to a float32.
 */
export const REMAINING_EXPONENT = 40

/** Exchanges that a peer begins in any case: between two the first says all, and may have begun before the other was ready. */
export const FEWEST_EXCHANGES = 3

/** After somebody new was met, so long others that started at the same time are waited for. */
export const STATISTICS_NEWCOMER_MS = 3_000

/** Members that know the means and do not say how they vary around them are waited for no longer than this. */
export const STATISTICS_TIMEOUT_MS = 30_000

/** A norm that vectors of statistics may have; beyond it, squares of float32 are no numbers. */
export const STATISTICS_MAXIMUM_NORM = 1e30
