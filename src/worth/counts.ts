/**
 * What a model did on test samples, in whole numbers: they add up exactly, in any order, so that a swarm's sum is what one place that had
 * all samples would have counted.
 *
 * @packageDocumentation
 */

import { MOST_CONFUSED, SCORE_BINS } from './constants.ts'

/** Answers of a classifier. All numbers are whole, below 2⁵³. */
export interface ClassCounts {
  readonly kind: 'classes'
  /** Answers that were judged: samples, times the positions of a sequence. */
  samples: number
  /** Σ of the losses, in units of `LOSS_UNIT` nats. */
  loss: number
  /** `[classes]`: samples of each class; samples taken for it; samples of it taken for it. */
  readonly support: Float64Array
  readonly predicted: Float64Array
  readonly hits: Float64Array
  /** `[classes, classes]`: samples of the one class taken for the other. Only up to `MOST_CONFUSED` classes. */
  readonly confusion?: Float64Array
  /** `[2, SCORE_BINS]`: samples of the one true class, then of the other, by how likely class 1 seemed. Only of two classes. */
  readonly scores?: Float64Array
}

/** Sums over samples of one output's values, in units of `VALUE_UNIT` squared deviations, or deviations. */
export interface ValueSums {
  /** Σ(y − ŷ)² and Σ|y − ŷ| */
  squaredErrors: bigint
  errors: bigint
  /** Σ(y − c), Σ(y − c)² and Σ|y − c|, c what values are standardised around: the mean of the training samples. */
  values: bigint
  squares: bigint
  magnitudes: bigint
}

/** Answers of a regression, in deviations. */
export interface ValueCounts {
  readonly kind: 'values'
  samples: number
  /** `[outputs]` */
  readonly sums: readonly ValueSums[]
}

/** What a model answered on test samples, counted: of a classifier, or of a regression. */
export type TestCounts = ClassCounts | ValueCounts

/** What a model predicts, on which the shape of its counts depends. */
export type CountsShape =
  | { readonly kind: 'classes'; readonly classes: number }
  | { readonly kind: 'values'; readonly outputs: number }

export function shapeOf(counts: TestCounts): CountsShape {
  return counts.kind === 'classes'
    ? { kind: 'classes', classes: counts.support.length }
    : { kind: 'values', outputs: counts.sums.length }
}

/** Counts of no samples. */
export function noCounts(shape: CountsShape): TestCounts {
  if (shape.kind === 'values') {
    const zero = () => ({ squaredErrors: 0n, errors: 0n, values: 0n, squares: 0n, magnitudes: 0n })
    return { kind: 'values', samples: 0, sums: Array.from({ length: shape.outputs }, zero) }
  }
  const { classes } = shape
  return {
    kind: 'classes',
    samples: 0,
    loss: 0,
    support: new Float64Array(classes),
    predicted: new Float64Array(classes),
    hits: new Float64Array(classes),
    ...(classes <= MOST_CONFUSED && { confusion: new Float64Array(classes * classes) }),
    ...(classes === 2 && { scores: new Float64Array(2 * SCORE_BINS) }),
  }
}

/** The counts of all samples of the parts. */
export function sumOfCounts(shape: CountsShape, parts: readonly TestCounts[]): TestCounts {
  const size = wholeNumbersOf(noCounts(shape)).length
  const sums = new Array<bigint>(size).fill(0n)
  for (const part of parts) for (const [i, number] of wholeNumbersOf(part).entries()) sums[i] += number
  return countsFrom(shape, sums)
}

/**
 * All that is counted, as whole numbers one after the other. What follows from others is not among them: of a confusion matrix its sums.
 */
export function wholeNumbersOf(counts: TestCounts): bigint[] {
  if (counts.kind === 'values') {
    const each = counts.sums.flatMap(sum => [sum.squaredErrors, sum.errors, sum.values, sum.squares, sum.magnitudes])
    return [BigInt(counts.samples), ...each]
  }
  const { samples, loss, support, predicted, hits, confusion, scores } = counts
  const matrix = confusion === undefined ? [support, predicted, hits] : [confusion]
  const vectors = scores === undefined ? matrix : [...matrix, scores]
  return [BigInt(samples), BigInt(loss), ...vectors.flatMap(vector => Array.from(vector, BigInt))]
}

/** The counts whose {@link wholeNumbersOf} these are. */
export function countsFrom(shape: CountsShape, numbers: readonly bigint[]): TestCounts {
  const counts = noCounts(shape)
  const [samples, loss] = numbers
  counts.samples = Number(samples)
  if (counts.kind === 'values') {
    for (const [output, sums] of counts.sums.entries()) {
      const [squaredErrors, errors, values, squares, magnitudes] = numbers.slice(1 + 5 * output)
      Object.assign(sums, { squaredErrors, errors, values, squares, magnitudes })
    }
    return counts
  }
  counts.loss = Number(loss)
  const { support, predicted, hits, confusion, scores } = counts
  let next = 2
  const fill = (vector: Float64Array) => {
    for (let i = 0; i < vector.length; i++) vector[i] = Number(numbers[next++])
  }
  if (confusion === undefined) for (const vector of [support, predicted, hits]) fill(vector)
  else {
    fill(confusion)
    const classes = support.length
    for (const [place, samples] of confusion.entries()) {
      const [label, taken] = [Math.floor(place / classes), place % classes]
      support[label] += samples
      predicted[taken] += samples
      if (label === taken) hits[label] += samples
    }
  }
  if (scores !== undefined) fill(scores)
  return counts
}
