/**
 * Defaults that all engines share, so that their results can be compared.
 *
 * @packageDocumentation
 */

/** Delays of a local network, as `parseDelay` reads them. */
export const LOCAL_NETWORK = '1-5'

/** How often a run is looked at while it trains, about. */
export const EVALUATIONS = 50

/** Virtual time of a local step, in milliseconds: a small model on a modest machine, so that messages keep up. */
export const STEP_MS = 10
