/**
 * The figures by which people judge a model, from counts of its answers. Those of scikit-learn's names are by its definitions, with
 * `zero_division=0`: what would be divided by zero stands as 0, and {@link remarksOn} says so.
 *
 * @packageDocumentation
 */

import { LOSS_UNIT, MOST_ERROR, SCORE_BINS, VALUE_UNIT } from './constants.ts'
import type { ClassCounts, TestCounts, ValueCounts, ValueSums } from './counts.ts'
import { areaUnderCurve, averagePrecision, mirrored } from './score-bins.ts'

/** A class, judged by itself. */
export interface ClassFigures {
  /** Its name, or its number where it has none. */
  readonly name: string
  /** Of the samples taken for it, the share that are of it; 0 where there are none. */
  readonly precision: number
  /** Of the samples of it, the share taken for it; 0 where there are none. */
  readonly recall: number
  /** 2 · precision · recall / (precision + recall); 0 where both are. */
  readonly f1: number
  /** Samples of it. */
  readonly support: number
  /** Samples taken for it. */
  readonly predicted: number
  /** Of two classes alone, from the bins of the score; null where it has no sample. */
  readonly averagePrecision?: number | null
}

/** What a classifier is worth. */
export interface Classification {
  readonly kind: 'classes'
  /** Test samples; of sequences, the answers at all positions. */
  readonly samples: number
  readonly accuracy: number
  /** Mean cross-entropy in nats. */
  readonly loss: number
  /** The accuracy of always saying the class that most test samples are of. */
  readonly baseline: number
  /** The mean recall of the classes that have samples. */
  readonly balancedAccuracy: number
  /** The mean F1 of the classes that have samples or were said. */
  readonly macroF1: number
  /** `[classes]` */
  readonly classes: readonly ClassFigures[]
  /** Of two classes alone, for the second; null where one of them has no sample. */
  readonly rocAuc?: number | null
  readonly averagePrecision?: number | null
  /** Bins of the score from which the two are taken. */
  readonly scoreBins?: number
  /** `[true class][said class]`; left out where there are more than a hundred classes. */
  readonly confusion?: readonly (readonly number[])[]
}

/** An output of a regression, in the units of the data. */
export interface ValueFigures {
  /** The column's name, or its number where it has none. */
  readonly name: string
  readonly rmse: number
  readonly mae: number
  /** 1 − Σ(y − ŷ)² / Σ(y − ȳ)², ȳ the mean of the test samples; null of fewer than two; where they are all alike, 1 or 0. */
  readonly r2: number | null
  /**
   * The same of always saying the mean that the training samples have. Where values are not standardised nobody has agreed on that: then of
   * the mean of the test samples, whose mean absolute error is not counted.
   */
  readonly baseline: { readonly rmse: number; readonly mae: number | null }
}

/** What a regression is worth. */
export interface Regression {
  readonly kind: 'values'
  readonly samples: number
  /** The mean of the outputs' R². */
  readonly r2: number | null
  /** `[outputs]` */
  readonly outputs: readonly ValueFigures[]
}

/** What a model is worth: of a classifier, or of a regression. */
export type Figures = Classification | Regression

/** What counts do not say. */
export interface Meaning {
  /** Names of the classes, or of the outputs. */
  readonly names?: readonly string[]
  /** `[outputs]`: the deviations in which values were counted. Default: 1. */
  readonly deviations?: ArrayLike<number>
  /** Whether values were counted from their mean over the training samples, as standardised ones are. Default: yes. */
  readonly isCentred?: boolean
}

/** @throws RangeError where nothing was counted */
export function figuresOf(counts: TestCounts, meaning: Meaning = {}): Figures {
  if (counts.samples === 0) throw new RangeError('no test samples: nothing can be said of the model')
  return counts.kind === 'classes' ? classification(counts, meaning) : regression(counts, meaning)
}

/** The share, where a share of nothing is 0. */
const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)

function classification(counts: ClassCounts, { names }: Meaning): Classification {
  const { samples, loss, support, predicted, hits, confusion, scores } = counts
  const classes = Array.from(support, (samples, index): ClassFigures => {
    const precision = share(hits[index], predicted[index])
    const recall = share(hits[index], samples)
    // The same as 2 P R / (P + R), without dividing twice.
    const f1 = share(2 * hits[index], samples + predicted[index])
    const name = names?.[index] ?? `${index}`
    const figures = { name, precision, recall, f1, support: samples, predicted: predicted[index] }
    if (scores === undefined) return figures
    return { ...figures, averagePrecision: averagePrecision(index === 1 ? scores : mirrored(scores)) ?? null }
  })
  const there = classes.filter(({ support }) => support > 0)
  const heard = classes.filter(({ support, predicted }) => support + predicted > 0)
  return {
    kind: 'classes',
    samples,
    accuracy: sum(hits) / samples,
    loss: (loss * LOSS_UNIT) / samples,
    baseline: support.reduce((most, each) => Math.max(most, each), 0) / samples,
    balancedAccuracy: sum(there.map(({ recall }) => recall)) / there.length,
    macroF1: sum(heard.map(({ f1 }) => f1)) / heard.length,
    classes,
    ...(scores !== undefined && {
      rocAuc: areaUnderCurve(scores) ?? null,
      averagePrecision: averagePrecision(scores) ?? null,
      scoreBins: SCORE_BINS,
    }),
    ...(confusion !== undefined && {
      confusion: classes.map((_, label) => [
        ...confusion.subarray(label * classes.length, (label + 1) * classes.length),
      ]),
    }),
  }
}

function regression({ samples, sums }: ValueCounts, { names, deviations, isCentred = true }: Meaning): Regression {
  const outputs = sums.map((of, index): ValueFigures => {
    const unit = deviations?.[index] ?? 1
    const mean = (units: bigint) => (Number(units) * VALUE_UNIT) / samples
    return {
      name: names?.[index] ?? `${index}`,
      rmse: unit * Math.sqrt(mean(of.squaredErrors)),
      mae: unit * mean(of.errors),
      r2: determination(of, samples),
      baseline: isCentred
        ? { rmse: unit * Math.sqrt(mean(of.squares)), mae: unit * mean(of.magnitudes) }
        : { rmse: unit * Math.sqrt((spreadOf(of, samples) * VALUE_UNIT) / samples), mae: null },
    }
  })
  const known = outputs.flatMap(({ r2 }) => r2 ?? [])
  return { kind: 'values', samples, r2: known.length === 0 ? null : sum(known) / known.length, outputs }
}

/** R², with the difference of large sums taken in whole numbers. */
function determination(sums: ValueSums, samples: number): number | null {
  if (samples < 2) return null
  const { squaredErrors, values } = sums
  const total = spreadOf(sums, samples)
  // Half a unit for each sample in both sums, the second of which is squared: below that there is no spread.
  const rounding = samples + (2 * Math.abs(Number(values))) / Number(PER_DEVIATION)
  if (total <= rounding) return squaredErrors <= BigInt(samples) ? 1 : 0
  return 1 - Number(squaredErrors) / total
}

/** Σ(y − ȳ)², in units. */
function spreadOf({ squares, values }: ValueSums, samples: number): number {
  // n Σ(y − c)² − (Σ(y − c))² = n Σ(y − ȳ)², in squared units.
  const squaredUnits = Number(BigInt(samples) * squares * PER_DEVIATION - values * values)
  return squaredUnits / Number(PER_DEVIATION) / samples
}

/** The squares of a smaller deviation are too few units to be right to 10⁻⁶. */
const LEAST_DEVIATION = 1e-3

/**
 * Whether values that were not standardised are of a size in which they can be counted: none was beyond the largest that counts, for all that
 * their squares say, and they differ by many of the units in which they are counted.
 */
export function areCountable({ samples, sums }: ValueCounts): boolean {
  return sums.every(of => {
    const isSmall = Number(of.squares) * VALUE_UNIT < MOST_ERROR ** 2
    const deviation = Math.sqrt((spreadOf(of, samples) * VALUE_UNIT) / samples)
    return isSmall && (samples === 1 || deviation > LEAST_DEVIATION)
  })
}

/** Units of a deviation. */
const PER_DEVIATION = BigInt(1 / VALUE_UNIT)

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0)
}
