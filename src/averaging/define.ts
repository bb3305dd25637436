/**
 * Algorithms that somebody writes outside this house: a definition is checked where it is made, so that a mistake does not
 * surface in the middle of a run.
 *
 * @packageDocumentation
 */

import { UsageError } from '../errors.ts'
import type { Codec } from '../parameters/codecs/codec.ts'
import type { Aggregator } from './aggregator.ts'
import type { AveragingRule } from './rule.ts'
import type { Topology } from './topology.ts'

type Kind = 'boolean' | 'function' | 'object' | 'string'

/** What is written in a recipe: a word, and perhaps a parameter after a colon. */
const NAME = /^[a-z][a-z0-9-]*(:\S+)?$/

/**
 * @returns the rule itself, with the type of its state
 * @throws UsageError naming the field that is missing or of another type
 */
export function defineRule<State>(rule: AveragingRule<State>): AveragingRule<State> {
  return define('rule', rule, {
    name: 'string',
    hint: 'string',
    travels: 'string',
    mixing: 'string',
    message: 'object',
    start: 'function',
    train: 'function',
    send: 'function',
    merge: 'function',
    estimate: 'function',
  })
}

/**
 * @returns the topology itself
 * @throws UsageError naming the field that is missing or of another type
 */
export function defineTopology(topology: Topology): Topology {
  return define('topology', topology, {
    name: 'string',
    symmetric: 'boolean',
    balanced: 'boolean',
    changes: 'boolean',
    misfit: 'function',
    neighbours: 'function',
  })
}

/**
 * @returns the aggregator itself
 * @throws UsageError naming the field that is missing or of another type
 */
export function defineAggregator(aggregator: Aggregator): Aggregator {
  return define('aggregator', aggregator, { name: 'string', misfit: 'function', aggregate: 'function' })
}

/**
 * @returns the codec itself
 * @throws UsageError naming the field that is missing or of another type
 */
export function defineCodec(codec: Codec): Codec {
  return define('codec', codec, {
    name: 'string',
    faithful: 'boolean',
    maximumBytes: 'function',
    encode: 'function',
    decode: 'function',
    contraction: 'function',
    damping: 'function',
  })
}

function define<T extends { readonly name: string }>(
  what: string,
  value: T,
  fields: Partial<Readonly<Record<keyof T & string, Kind>>>,
): T {
  for (const [field, kind] of Object.entries(fields)) {
    const found = typeof value[field as keyof T]
    if (found !== kind) throw new UsageError(`${article(what)} ${what} has ${field}, a ${kind}; found ${found}`)
  }
  if (NAME.test(value.name)) return value
  throw new UsageError(
    `the ${what} is called "${value.name}"; expected lower-case letters, digits and hyphens, and perhaps a parameter, as in my-${what}:4`,
  )
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a'
}
