import { AGGREGATORS, formsOf, isNameIn, type ParametrisedIn, type PlainIn, parameterOf } from '../../catalogue.ts'
import { UsageError } from '../../errors.ts'
import type { Aggregator } from '../aggregator.ts'
import { adaptivelyClipped, clipped } from './clipped.ts'
import { geometricMedian } from './geometric-median.ts'
import { krum, multiKrum } from './krum.ts'
import { mean } from './mean.ts'
import { median } from './median.ts'
import { trimmedMean } from './trimmed-mean.ts'

// A new aggregator is one file in this folder, one entry in one of these tables, and one line in the catalogue.

const plain: Readonly<Record<PlainIn<typeof AGGREGATORS>, Aggregator>> = {
  mean,
  median,
  'geometric-median': geometricMedian,
  clipped: adaptivelyClipped,
}

/** Those that are written with a number, as in `trimmed-mean:2`. */
const numbered: Readonly<Record<ParametrisedIn<typeof AGGREGATORS>, Numbered>> = {
  'trimmed-mean': { number: 'count', create: trimmedMean },
  krum: { number: 'count', create: krum },
  'multi-krum': { number: 'count', create: multiKrum },
  clipped: { number: 'radius', create: clipped },
}

interface Numbered {
  readonly number: keyof typeof numbers
  readonly create: (parameter: number) => Aggregator
}

const numbers = {
  count: { pattern: /^[1-9]\d{0,5}$/, expected: 'a whole number of at least 1' },
  radius: { pattern: /^(?=.*[1-9])\d{1,9}(\.\d{1,6})?$/, expected: 'a number above 0' },
} as const

/** The forms that {@link parseAggregator} accepts; `B`, `F` and `TAU` stand for numbers. */
export const aggregatorNames: readonly string[] = formsOf(AGGREGATORS)

/** @throws UsageError for an unknown name, or a parameter that is missing, malformed or not wanted */
export function parseAggregator(text: string): Aggregator {
  if (isNameIn(plain, text)) return plain[text]
  const [, name = text, parameter = ''] = /^([^:]*):(.*)$/s.exec(text) ?? []
  if (!isNameIn(numbered, name)) {
    throw new UsageError(`unknown aggregator "${text}"; accepted are ${aggregatorNames.join(', ')}`)
  }
  const { number, create } = numbered[name]
  const { pattern, expected } = numbers[number]
  if (!pattern.test(parameter)) {
    throw new UsageError(
      `"${text}" has no valid ${parameterOf(AGGREGATORS, name)}; expected ${expected}, such as ${name}:1`,
    )
  }
  return create(Number(parameter))
}
