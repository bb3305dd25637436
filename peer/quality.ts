/**
 * How good a model is, in the figures that people know for its task.
 *
 * @packageDocumentation
 */

import { percent } from './words.ts'

/** Figures of a test: `null`, or what is no number, where they were not measured, as of a result that was read from a file. */
export interface Quality {
  readonly accuracy: number | null
  readonly r2?: number | null
  readonly rmse?: number | null
  /** The same of each output, where there are several. */
  readonly perTarget?: readonly unknown[]
}

/** `accuracy 95.2 %`, or `R² 0.487, RMSE 53.2`; undefined where neither was measured. */
export function describeQuality({ accuracy, r2, rmse, perTarget = [] }: Quality): string | undefined {
  // The mean of errors in units of their own tells nothing.
  if (rmse !== undefined && perTarget.length > 1)
    return `R² ${coefficient(r2)}, the mean of ${perTarget.length} outputs`
  if (rmse !== undefined) return `R² ${coefficient(r2)}, RMSE ${amount(rmse)}`
  return accuracy === null || Number.isNaN(accuracy) ? undefined : `accuracy ${percent(accuracy)}`
}

/** The one figure of a column: the accuracy, or R². */
export function mainFigure(quality: Pick<Quality, 'accuracy' | 'r2'> | null): string {
  if (quality === null) return percent(null)
  return quality.r2 === undefined ? percent(quality.accuracy) : coefficient(quality.r2)
}

/** R²: three digits after the point, as it is printed elsewhere. */
export function coefficient(r2: number | null | undefined): string {
  return r2 == null || Number.isNaN(r2) ? '–' : r2.toFixed(3)
}

/** A quantity in the units of the data, of any magnitude. */
export function amount(value: number | null | undefined): string {
  return value == null || Number.isNaN(value) ? '–' : value.toLocaleString('en', { maximumSignificantDigits: 4 })
}
