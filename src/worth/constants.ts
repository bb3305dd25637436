/**
 * How finely test results are counted, each with its reason.
 *
 * @packageDocumentation
 */

/** Bins of the score of two classes: the area under a curve from so many is off by a tenth of what another test set would change. */
export const SCORE_BINS = 1_024

/**
 * Fineness of the bins in the middle. The scale is asinh(2 · log-odds): there a bin is 0.0013 wide in the probability; far out it is one
 * hundredth of the log-odds, so that scores that are all below 1 %, as of a rare class, do not fall into a few bins.
 */
export const SCORE_STRETCH = 2

/** Log-odds beyond which scores are not told apart: a chance of 10⁻¹⁷. */
export const MOST_LOG_ODDS = 40

/** Classes up to which the whole confusion matrix is counted: ten thousand numbers, as much as a person or a message can take. */
export const MOST_CONFUSED = 100

/** Fractions of a nat in which losses are counted: a sum of whole numbers does not depend on the order. */
export const LOSS_UNIT = 2 ** -20

/** Loss in nats that a sample counts for at most: one that is certain and wrong in float32 has about a hundred. */
export const MOST_LOSS = 1_000

/**
 * Fractions of a squared deviation, or of a deviation, in which errors of values are counted. Values are standardised by what the swarm
 * agreed on, so an error of one thousandth of the deviation has a square of 10⁻⁶, a million units: the sum over ten such samples is right to
 * 10⁻⁷, and its root to half of that.
 */
export const VALUE_UNIT = 2 ** -40

/** An error, in deviations, that a sample counts for at most: its square is 2⁸⁰ units. */
export const MOST_ERROR = 2 ** 20
