/**
 * What a wrong value costs in a regression, of the error e = prediction − value, in standardised units.
 *
 * @packageDocumentation
 */

import type { LOSSES } from '../catalogue.ts'

export type Loss = keyof typeof LOSSES

/** The loss of a recipe that names none. */
export const DEFAULT_LOSS: Loss = 'squared'

/** Where Huber's loss goes over from squares to absolute values: a standard deviation of the values, as they are standardised. */
export const HUBER_DELTA = 1

interface LossForm {
  readonly cost: (error: number) => number
  /** Its derivative. */
  readonly slope: (error: number) => number
  /** What always saying the mean costs in the mean, at most, of values with mean 0 and variance 1. */
  readonly ofMean: number
}

/** The losses. `squared` is e²; `huber` e²/2 up to δ, and δ (|e| − δ/2) beyond; `absolute` |e|. */
export const LOSS_FORMS: Readonly<Record<Loss, LossForm>> = {
  squared: { cost: error => error * error, slope: error => 2 * error, ofMean: 1 },
  huber: {
    cost(error) {
      const size = Math.abs(error)
      return size <= HUBER_DELTA ? (error * error) / 2 : HUBER_DELTA * (size - HUBER_DELTA / 2)
    },
    slope: error => Math.min(HUBER_DELTA, Math.max(-HUBER_DELTA, error)),
    ofMean: 1 / 2,
  },
  // By Jensen's inequality the mean of |e| is no more than the root of the mean of e².
  absolute: { cost: Math.abs, slope: Math.sign, ofMean: 1 },
}
