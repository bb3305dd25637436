/**
 * How many local steps suit the data that somebody has.
 *
 * @packageDocumentation
 */

/**
 * Passes over labelled samples: about as many as small classifiers take until their test loss falls no further. In many more they
 * learn the samples by heart.
 */
const PASSES = 20

/**
 * Passes over sequences. Each has a label at every position, and what a model of language gains from the same text again soon
 * becomes little, while its steps take many times as long as a small classifier's.
 */
const PASSES_OF_SEQUENCES = 3

/** With fewer a peer exchanges less than thirty times, at ten steps from one to the next: then what it ends with is hardly the swarm's. */
const FEWEST = 300

/** Steps beyond which there are fewer passes: a classifier makes so many in minutes, as long as a person may wait. */
const MOST = 20_000

/** Steps up to which one pass is made however many it takes: samples that are never seen need not have been loaded. */
const MOST_OF_ONE_PASS = 100_000

/** The size of a peer's data, as known before it trains. */
export interface DataSize {
  readonly samples: number
  /** Whether they are sequences of symbols. */
  readonly sequences: boolean
}

/**
 * Steps for data of this size where none are given: `PASSES` over them, or `PASSES_OF_SEQUENCES`, but no fewer
 * than `FEWEST` steps and no more than `MOST`; past that one pass, as long as it takes no more than
 * `MOST_OF_ONE_PASS`.
 */
export function stepsForData({ samples, sequences }: DataSize, batch: number): number {
  const passes = stepsForEpochs(sequences ? PASSES_OF_SEQUENCES : PASSES, samples, batch)
  const onePass = stepsForEpochs(1, samples, batch)
  return Math.max(FEWEST, Math.min(passes, Math.max(MOST, Math.min(onePass, MOST_OF_ONE_PASS))))
}

/**
 * Local steps that take every sample so many times, rounded up. Batches are full, unless all samples are fewer than one: then each
 * step takes them all.
 *
 * @param epochs above 0; of which a part is a part of a pass
 */
export function stepsForEpochs(epochs: number, samples: number, batch: number): number {
  const steps = (epochs * samples) / Math.max(1, Math.min(batch, samples))
  // A step that only rounding adds to a whole number is none.
  return Math.max(1, Math.ceil(steps - 1e-9))
}
