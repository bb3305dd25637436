/** A number that a rule is written with, as the two of `diloco:0.7,0.9`. */
export interface NumberRange {
  /** The number's name in a list of what is accepted. */
  readonly name: string
  readonly accepted: string
  has(value: number): boolean
}

export const learningRate: NumberRange = { name: 'LR', accepted: 'LR above 0', has: value => value > 0 }
export const momentum: NumberRange = { name: 'MU', accepted: 'MU from 0 to below 1', has: value => value < 1 }
export const stepSize: NumberRange = {
  name: 'GAMMA',
  accepted: 'GAMMA above 0 and up to 1',
  has: value => value > 0 && value <= 1,
}
export const fraction: NumberRange = {
  name: 'FRACTION',
  accepted: 'FRACTION above 0 and up to 1',
  has: value => value > 0 && value <= 1,
}
/** More fragments than that would be shorter than what says which they are, in all but the largest models. */
const MOST_FRAGMENTS = 65_535
export const count: NumberRange = {
  name: 'K',
  accepted: `K a whole number from 1 to ${MOST_FRAGMENTS}`,
  has: value => value >= 1 && value <= MOST_FRAGMENTS && Number.isInteger(value),
}

/** A number without sign and exponent, so that a rule is written in one way. */
const DECIMAL = /^(\d+|\d*\.\d+)$/

/** The numbers in a text, between commas, one for each range; undefined where one is missing, malformed or out of its range. */
export function readNumbers(text: string, ranges: readonly NumberRange[]): number[] | undefined {
  const parts = text.split(',')
  if (parts.length !== ranges.length) return undefined
  return parts.every((part, i) => DECIMAL.test(part) && ranges[i].has(Number(part))) ? parts.map(Number) : undefined
}
