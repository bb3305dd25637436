/**
 * Options as programs write them, checked before anything is started: an option that does not exist, and a value that is none of
 * its values, are named. What options mean together is the affair of who takes them.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { UsageError } from './errors.ts'

/** An object of options, each with its schema: as `z.strictObject`, typed by the interface that it is for. */
export function optionsOf<Options>(fields: { readonly [Name in keyof Required<Options>]: z.ZodType }): z.ZodType {
  return z.strictObject(fields, 'an object of options')
}

/** A value that `accepts` tells from others; what it must be is said in `expected`, as in "a text". */
export function value(expected: string, accepts: (given: unknown) => boolean): z.ZodType {
  return z.custom(accepts, expected)
}

export const text = value('a text', given => typeof given === 'string')
export const flag = value('true or false', given => typeof given === 'boolean')
export const callback = value('a function', given => typeof given === 'function')
export const number = value('a number', given => typeof given === 'number' && !Number.isNaN(given))
export const signal = value('an AbortSignal', given => given instanceof AbortSignal)
export const ruleOption = value(
  'an averaging rule, as defineRule checks it',
  given => typeof given === 'object' && given !== null && 'name' in given && 'merge' in given,
)
export const seed = value('a whole number', Number.isSafeInteger)

export function wholeNumber(least: number): z.ZodType {
  return value(
    `a whole number of at least ${least}`,
    given => Number.isSafeInteger(given) && (given as number) >= least,
  )
}

export function numberFrom(least: number, of = 'a number'): z.ZodType {
  return value(`${of} of at least ${least}`, given => typeof given === 'number' && given >= least)
}

export function numberAbove(bound: number, of = 'a number'): z.ZodType {
  return value(`${of} above ${bound}`, given => typeof given === 'number' && given > bound && Number.isFinite(given))
}

/**
 * @param caller the function that was given the options, for messages
 * @throws UsageError naming the first option that is unknown, with the nearest that is known, or that holds what it cannot
 */
export function requireOptions(caller: string, schema: z.ZodType, given: unknown): void {
  const parsed = schema.safeParse(given)
  if (parsed.success) return
  const { issues } = parsed.error
  // A missing option may be there under a misspelt name.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys
    throw new UsageError(`${caller}: unknown option ${nameAt(path, key)}${meant(schema, issue.path, key)}`)
  }
  const found = issue.path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)?.[key], given)
  const name = path === '' ? 'its argument' : path
  const state = found === undefined ? 'is missing' : `is ${shown(found)}`
  throw new UsageError(`${caller}: ${name} ${state}; it must be ${issue.message}`)
}

/** The end of a message that a field is unknown: the name that it may have been meant for, if there is one. */
export function meant(schema: z.ZodType, path: readonly PropertyKey[], written: string): string {
  const near = nearest(written, namesIn(schema, path))
  return near === undefined ? '' : `; did you mean ${nameAt(path.join('.'), near)}?`
}

const nameAt = (path: string, key: string) => (path === '' ? key : `${path}.${key}`)

/** The options that there are at a place. */
function namesIn(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let inside: unknown = bare(schema)
  for (const key of path) inside = bare(inside instanceof z.ZodObject ? inside.shape[key as string] : undefined)
  return inside instanceof z.ZodObject ? Object.keys(inside.shape) : []
}

/** Without what makes it optional. */
function bare(schema: unknown): unknown {
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
  return isWrapped ? bare(schema.unwrap()) : schema
}

/** A name that what was written may have been meant for. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const word = written.toLowerCase()
  const longer = known.find(name => name.toLowerCase().startsWith(word) || word.startsWith(name.toLowerCase()))
  const [best] = known
    .map(name => ({ name, edits: editsBetween(word, name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(1, name.length / 3))
    .sort((a, b) => a.edits - b.edits)
  return best?.name ?? longer
}

/** The distance after Damerau and Levenshtein: letters to insert, remove or replace, and neighbours to swap. */
function editsBetween(a: string, b: string): number {
  const letters = [...a]
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, letter] of letters.entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const isSwapped = j > 0 && letter === b[j - 1] && letters[i - 1] === b[j]
      const swapped = isSwapped ? before[j - 1] + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (letter === b[j] ? 0 : 1), swapped))
    }
    before = row
    row = next
  }
  return row[b.length]
}

/** Longer values say nothing in a message. */
const LONGEST_SHOWN = 40

function shown(found: unknown): string {
  if (typeof found === 'string') return JSON.stringify(found.slice(0, LONGEST_SHOWN))
  if (typeof found === 'function') return 'a function'
  if (found === null || typeof found !== 'object') return String(found)
  return Array.isArray(found) ? 'an array' : `of the type ${found.constructor?.name ?? 'Object'}`
}
