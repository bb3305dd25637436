/**
 * Features whose values are far larger than those of the others, such as an income beside an age: a step along the gradient of
 * such a feature is as many times too long, squared.
 *
 * @packageDocumentation
 */

import { quote } from '../table/words.ts'
import { type Dataset, features, gather, isSequence, samples, targets } from './dataset.ts'

export interface LargeFeature {
  /** From 0. */
  readonly index: number
  /** The feature's name in the data, quoted, or `feature 3`, counted from 1. */
  readonly name: string
  readonly least: number
  readonly most: number
}

export interface FeatureScales {
  /** The largest first. */
  readonly large: readonly LargeFeature[]
  /** Root mean square of one feature in the middle of all. */
  readonly usual: number
}

/** A feature is large from so many times the usual on. Measured values commonly differ by less and are learned as they are. */
const LARGE = 10

/**
 * Between these lies what is usual for the purpose: of features that are all small none is large, and where most are, as in a table of
 * prices, they are large all the same.
 */
const LEAST_USUAL = 1
const MOST_USUAL = 10

/** Samples that are looked at, evenly spread: enough to know how large a feature is. */
const MOST_SAMPLES = 1_000

/** Elements that are looked at, where samples are wide: some milliseconds. */
const MOST_ELEMENTS = 2 ** 22

/** Named in a sentence. */
const MOST_NAMED = 3

/** Scales of features as models see them: none is large where samples are standardised, nor in sequences, which are of symbols. */
export function measureFeatureScales(dataset: Dataset): FeatureScales {
  const width = features(dataset)
  const count = samples(dataset)
  if (isSequence(dataset) || width === 0 || count === 0) return { large: [], usual: Number.NaN }

  const looked = Math.min(count, MOST_SAMPLES, Math.max(1, Math.floor(MOST_ELEMENTS / width)))
  const squares = new Float64Array(width)
  const least = new Float64Array(width).fill(Number.POSITIVE_INFINITY)
  const most = new Float64Array(width).fill(Number.NEGATIVE_INFINITY)
  const row = new Float32Array(width)
  const labels = new Int32Array(targets(dataset))
  for (let i = 0; i < looked; i++) {
    gather(dataset, Int32Array.of(Math.floor((i * count) / looked)), row, labels)
    for (let feature = 0; feature < width; feature++) {
      const value = row[feature]
      squares[feature] += value * value
      least[feature] = Math.min(least[feature], value)
      most[feature] = Math.max(most[feature], value)
    }
  }
  const sizes = squares.map(sum => Math.sqrt(sum / looked))
  // The lower median: of two features, the smaller one.
  const usual = sizes.toSorted()[(width - 1) >> 1]
  const bound = LARGE * Math.min(MOST_USUAL, Math.max(LEAST_USUAL, usual))
  const large = Array.from(sizes, (size, index) => ({ size, index }))
    .filter(({ size }) => size > bound)
    .sort((a, b) => b.size - a.size)
    .map(({ index }) => ({ index, name: nameOf(dataset, index), least: least[index], most: most[index] }))
  return { large, usual }
}

/** @returns which features are large, and what of; undefined where none is */
export function describeLargeFeatures(dataset: Dataset): string | undefined {
  const { large, usual } = measureFeatureScales(dataset)
  if (large.length === 0) return undefined
  const named = large
    .slice(0, MOST_NAMED)
    .map(({ name, least, most }) => `${name} (${written(least)} to ${written(most)})`)
  if (large.length > MOST_NAMED) named.push(`${written(large.length - MOST_NAMED)} more`)
  const verb = large.length === 1 ? 'is' : 'are'
  const others =
    large.length === features(dataset) ? 'for what is learned from' : `beside others of about ${written(usual)}`
  return `${listed(named)} ${verb} large ${others}`
}

function nameOf({ featureNames }: Dataset, index: number): string {
  const name = featureNames?.[index] ?? ''
  return name === '' ? `feature ${index + 1}` : quote(name)
}

function listed(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** Whole numbers that people count with are shown whole: of two times in seconds the first digits are the same. */
const MOST_COUNTED = 1e12

function written(value: number): string {
  if (Math.abs(value) >= MOST_COUNTED) return value.toExponential(1).replace('e+', 'e')
  if (Number.isInteger(value)) return value.toLocaleString('en')
  return value.toLocaleString('en', { maximumSignificantDigits: Math.abs(value) < 1_000 ? 3 : 5 })
}
