import { UsageError } from '../src/errors.ts'
import type { Random } from '../src/random/random.ts'

/** Draws how long one message takes one way, in milliseconds; never below 0. */
export type Delay = (random: Random) => number

/** The forms that {@link parseDelay} accepts; all numbers are milliseconds but SIGMA, which is of the logarithm. */
const DELAY_FORMS = 'MS, LO-HI, normal:MEAN,SD, lognormal:MEDIAN,SIGMA or exponential:MEAN'

const NUMBER = String.raw`(\d+(?:\.\d+)?)`
const pattern = (text: string) => new RegExp(`^${text.replaceAll('N', NUMBER)}$`)

/** Each form, and the distribution that its numbers stand for. */
const distributions: readonly (readonly [form: RegExp, of: (first: number, second: number) => Delay])[] = [
  [pattern('N'), milliseconds => () => milliseconds],
  [
    pattern('N-N'),
    (lowest, highest) =>
      ({ uniform }) =>
        lowest + (highest - lowest) * uniform(),
  ],
  // Nothing arrives before it was sent: what falls below 0 takes no time.
  [
    pattern('normal:N,N'),
    (mean, deviation) =>
      ({ normal }) =>
        Math.max(0, mean + deviation * normal()),
  ],
  // The long tail of real networks: the logarithm is normal.
  [
    pattern('lognormal:N,N'),
    (median, sigma) =>
      ({ normal }) =>
        median * Math.exp(sigma * normal()),
  ],
  [
    pattern('exponential:N'),
    mean =>
      ({ uniform }) =>
        -mean * Math.log(1 - uniform()),
  ],
]

/**
 * Reads a distribution of delays: `20`, `5-50`, `normal:50,10`, `lognormal:40,0.5`, `exponential:30`.
 *
 * @throws UsageError naming what is accepted
 */
export function parseDelay(text: string): Delay {
  for (const [form, of] of distributions) {
    const match = form.exec(text)
    if (match === null) continue
    const [first, second] = match.slice(1).map(Number)
    if (text.includes('-') && first > second) break
    return of(first, second)
  }
  throw new UsageError(
    `a delay is ${DELAY_FORMS}, in milliseconds, such as 20, 5-50 or lognormal:40,0.5; not "${text}"`,
  )
}
