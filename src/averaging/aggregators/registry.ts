import { UsageError } from '../../errors.ts'
import type { Aggregator } from '../aggregator.ts'
import { adaptivelyClipped, clipped } from './clipped.ts'
import { geometricMedian } from './geometric-median.ts'
import { krum, multiKrum } from './krum.ts'
import { mean } from './mean.ts'
import { median } from './median.ts'
import { trimmedMean } from './trimmed-mean.ts'

// A new aggregator is one file in this folder and one entry here, in the list or in the table.

const plain: readonly Aggregator[] = [mean, median, geometricMedian, adaptivelyClipped]

/** Those that are written with a number, as in `trimmed-mean:2`. */
const numbered: Readonly<Record<string, Numbered>> = {
  'trimmed-mean': { letter: 'B', number: 'count', create: trimmedMean },
  krum: { letter: 'F', number: 'count', create: krum },
  'multi-krum': { letter: 'F', number: 'count', create: multiKrum },
  clipped: { letter: 'TAU', number: 'radius', create: clipped },
}

interface Numbered {
  /** What stands for the number in messages. */
  readonly letter: string
  readonly number: keyof typeof numbers
  readonly create: (parameter: number) => Aggregator
}

const numbers = {
  count: { pattern: /^[1-9]\d{0,5}$/, expected: 'a whole number of at least 1' },
  radius: { pattern: /^(?=.*[1-9])\d{1,9}(\.\d{1,6})?$/, expected: 'a number above 0' },
} as const

/** What {@link parseAggregator} accepts; `B`, `F` and `TAU` stand for numbers. */
export const aggregatorNames: readonly string[] = [
  ...plain.map(({ name }) => name),
  ...Object.entries(numbered).map(([name, { letter }]) => `${name}:${letter}`),
]

/** @throws UsageError for an unknown name, or a parameter that is missing, malformed or not wanted */
export function parseAggregator(text: string): Aggregator {
  const found = plain.find(({ name }) => name === text)
  if (found) return found
  const [, name = text, parameter = ''] = /^([^:]*):(.*)$/s.exec(text) ?? []
  if (!Object.hasOwn(numbered, name)) {
    throw new UsageError(`unknown aggregator "${text}"; accepted are ${aggregatorNames.join(', ')}`)
  }
  const { letter, number, create } = numbered[name]
  const { pattern, expected } = numbers[number]
  if (!pattern.test(parameter)) {
    throw new UsageError(`"${text}" has no valid ${letter}; expected ${expected}, such as ${name}:1`)
  }
  return create(Number(parameter))
}
