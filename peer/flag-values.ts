/**
 * Reads the values of flags. Each says what it accepts; commander adds which flag it was and what was given.
 *
 * @packageDocumentation
 */

import { InvalidArgumentError } from 'commander'
import { BACKENDS, formsOf } from '../src/catalogue.ts'
import { SOURCE_FORMS } from './names.ts'
import { count } from './words.ts'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** @param why there are no more, where that is not plain */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER, why = ''): (text: string) => number {
  return text => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value
    const accepted = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${count(most)}`
    const reason = why === '' ? '' : `: ${why}`
    throw new InvalidArgumentError(`Expected a whole number ${accepted}${reason}.`)
  }
}

export function seed(text: string): number {
  return wholeNumber(0)(text)
}

export function positive(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Expected a number above 0.')
}

/** A number of at least 0. */
export function notNegative(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('Expected a number of at least 0.')
}

/** Local steps between two exchanges. */
export function localSteps(text: string): number | 'auto' {
  const value = text === 'auto' ? text : /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (value === 'auto' || (Number.isSafeInteger(value) && value >= 1)) return value
  throw new InvalidArgumentError('Expected a whole number of at least 1, or auto.')
}

/** A probability or a share of which 1 would leave nothing. */
export function belowOne(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (value >= 0 && value < 1) return value
  throw new InvalidArgumentError('Expected a number of at least 0 and below 1.')
}

/** A share of which all may be left. */
export function share(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('Expected a number from 0 to 1.')
}

/** How many times as much. */
export function factor(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (Number.isFinite(value) && value >= 1) return value
  throw new InvalidArgumentError('Expected a number of at least 1.')
}

const DISTRIBUTION = /^(?:normal:N,N|lognormal:N,N|exponential:N)$/.source.replaceAll('N', String.raw`\d+(?:\.\d+)?`)

/** `20`, `5-50` or a distribution, in milliseconds: as `simulate` takes it. */
export function delay(text: string): string {
  const [, low, high = low] = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(text) ?? []
  if (Number(low) <= Number(high) || new RegExp(DISTRIBUTION).test(text)) return text
  throw new InvalidArgumentError(
    'Expected milliseconds such as 20, or a range such as 5-50, or normal:MEAN,SD, lognormal:MEDIAN,SIGMA, exponential:MEAN.',
  )
}

/** A probability, or the name of a file. */
export function probabilityOrFile(text: string): number | string {
  return NUMBER.test(text) ? belowOne(text) : file(text)
}

/** `0.2:5` or `0.2:5,3`: a share of the peers, how many times slower they train, and how many times slower their links are. */
export function stragglers(text: string): { share: number; training: number; links: number } {
  const [share, training, links = 1] = numbersOf(text, /^([^:]+):([^,]+)(?:,(.+))?$/)
  if (share > 0 && share < 1 && training >= 1 && links >= 1) return { share, training, links }
  throw new InvalidArgumentError(
    'Expected SHARE:TRAINING or SHARE:TRAINING,LINKS, such as 0.2:5 for a fifth of the peers that train five times slower.',
  )
}

/** `5-20:0.3`: from when to when, in seconds, and the share of the peers in one part. */
export function split(
  text: string,
  before: readonly { at: number; until: number; share: number }[] = [],
): readonly { at: number; until: number; share: number }[] {
  const [at, until, share] = numbersOf(text, /^([^-]+)-([^:]+):(.+)$/)
  if (until > at && share > 0 && share < 1) return [...before, { at, until, share }]
  throw new InvalidArgumentError(
    'Expected FROM-UNTIL:SHARE, such as 5-20:0.3 for a network without 0.3 of the peers from second 5 to second 20.',
  )
}

/** The numbers in a pattern's groups; NaN for a group that holds none. */
function numbersOf(text: string, pattern: RegExp): number[] {
  const groups =
    pattern
      .exec(text)
      ?.slice(1)
      .filter(group => group !== undefined) ?? []
  return groups.map(group => (NUMBER.test(group) ? Number(group) : Number.NaN))
}

/** `2/5`: the second of five, as people count. */
export function shard(text: string): { index: number; of: number } {
  const [, number, of] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? []
  const index = Number(number) - 1
  if (index >= 0 && index < Number(of)) return { index, of: Number(of) }
  throw new InvalidArgumentError('Expected I/N with I from 1 to N, such as 2/5 for the second of five.')
}

/** The values that `--backend` accepts. */
export const BACKEND_HELP = `what computes: auto for the best that works here, or ${formsOf(BACKENDS).join(', ')}; see hearsay doctor`

/** `all`, or `0,2`: of a machine's GPUs. */
export function gpus(text: string): 'all' | readonly number[] {
  if (text === 'all') return text
  if (/^\d{1,4}(,\d{1,4})*$/.test(text)) return text.split(',').map(Number)
  throw new InvalidArgumentError('Expected all, or numbers of GPUs counted from 0, such as 0,1.')
}

/** An empty one is most often a variable of a script that was never set. */
export function notEmpty(expected: string): (text: string) => string {
  return text => {
    if (text !== '') return text
    throw new InvalidArgumentError(`Expected ${expected}.`)
  }
}

export const file = notEmpty('the name of a file')
export const fileOrFolder = notEmpty('the name of a file or a folder')
export const folder = notEmpty('the name of a folder')
export const source = notEmpty(SOURCE_FORMS)

/** What a picture shows, where that is said, and its file. */
export interface FigureFile {
  readonly quantity?: string
  readonly file: string
}

/** `mergedLoss:loss.svg` or `loss.svg`; may be repeated. One letter before a colon is a drive of Windows. */
export function figure(text: string, before: readonly FigureFile[] = []): readonly FigureFile[] {
  const [, quantity, file] = /^(?:([A-Za-z]\w+):)?(.+\.svg)$/is.exec(text) ?? []
  if (file !== undefined) return [...before, quantity === undefined ? { file } : { quantity, file }]
  throw new InvalidArgumentError('Expected FILE.svg, or what it shows before it, such as consensusDistance:FILE.svg.')
}

/** For a flag that may be repeated. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}
