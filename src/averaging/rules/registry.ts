import { UsageError } from '../../errors.ts'
import type { Codec } from '../../parameters/codecs/codec.ts'
import { none as uncompressed } from '../../parameters/codecs/none.ts'
import type { Aggregator } from '../aggregator.ts'
import { mean } from '../aggregators/mean.ts'
import { parseGossipMerge } from '../gossip-merge.ts'
import type { AveragingRule } from '../rule.ts'
import { compressedAdpsgd } from './adpsgd.ts'
import { allreduce } from './allreduce.ts'
import { choco } from './choco.ts'
import { requireCompressible } from './compression.ts'
import { d2 } from './d2.ts'
import { diloco } from './diloco.ts'
import { dpsgd } from './dpsgd.ts'
import { extra } from './extra.ts'
import { fedavg } from './fedavg.ts'
import { gossip } from './gossip.ts'
import { gradientTracking } from './gradient-tracking.ts'
import { mosaic } from './mosaic.ts'
import { noloco } from './noloco.ts'
import { none } from './none.ts'
import { count, fraction, learningRate, momentum, type NumberRange, readNumbers, stepSize } from './numbers.ts'
import { pushSum } from './push-sum.ts'
import { naivePushSum } from './push-sum-naive.ts'
import { relaysum } from './relaysum.ts'
import { scaffold } from './scaffold.ts'
import { sparta } from './sparta.ts'

/** What a rule is made of, beside its own parameter. */
export interface RuleParts {
  /** For the rule that leaves open how several vectors become one. */
  readonly aggregator: Aggregator
  /** How vectors travel. */
  readonly codec: Codec
}

// A new rule is one file in this folder and one entry in one of these lists, and in compression.ts where it compresses.

const rules: Readonly<Record<string, (parts: RuleParts) => AveragingRule>> = {
  adpsgd: ({ codec }) => compressedAdpsgd(codec),
  allreduce: ({ codec }) => (codec === uncompressed ? allreduce : diloco('allreduce', codec, 1, 0)),
  d2: () => d2,
  dpsgd: ({ aggregator, codec }) => dpsgd(aggregator, codec),
  extra: () => extra,
  fedavg: () => fedavg,
  'gradient-tracking': () => gradientTracking,
  none: () => none,
  'push-sum': () => pushSum,
  'push-sum:naive': () => naivePushSum,
  relaysum: () => relaysum,
  scaffold: () => scaffold,
}

/** Those that may be written with numbers, as in `diloco:0.7,0.9`. */
interface NumberedRule {
  readonly numbers: readonly NumberRange[]
  /** @param numbers as many as there are ranges, or none */
  create(name: string, parts: RuleParts, numbers: readonly number[]): AveragingRule
}

const numbered: Readonly<Record<string, NumberedRule>> = {
  choco: { numbers: [stepSize], create: (name, { codec }, [gamma]) => choco(name, codec, gamma) },
  diloco: { numbers: [learningRate, momentum], create: (name, { codec }, [lr, mu]) => diloco(name, codec, lr, mu) },
  mosaic: { numbers: [count], create: (name, _, [fragments]) => mosaic(name, fragments) },
  noloco: { numbers: [learningRate, momentum], create: (name, { codec }, [lr, mu]) => noloco(name, codec, lr, mu) },
  sparta: { numbers: [fraction], create: (name, _, [share]) => sparta(name, share) },
}

const GOSSIP = 'gossip'

/** Rules without their parameters: each of them {@link parseRule} accepts. */
export const ruleNames: readonly string[] = [...Object.keys(rules), ...Object.keys(numbered), GOSSIP].sort()

/**
 * @param text the name, and perhaps what it is to be written with after a colon: `choco:0.3`, `gossip:limited,4`
 * @throws UsageError for an unknown name, for parameters that are malformed, and where the rule cannot travel compressed so
 */
export function parseRule(text: string, parts: RuleParts): AveragingRule {
  const [, name, parameters] = /^([^:]*):?(.*)$/.exec(text) ?? []
  const rule = createRule(text, name, text.includes(':') ? parameters : undefined, parts)
  if (rule === undefined) {
    throw new UsageError(`unknown averaging rule "${text}"; accepted are ${acceptedRules().join(', ')}`)
  }
  requireCompressible(name, parts.codec)
  if (parts.aggregator.name !== mean.name && name !== 'dpsgd') {
    throw new UsageError(
      `${name} merges what it hears in its own way, and not by ${parts.aggregator.name}; the rule that takes aggregators is dpsgd: write --rule dpsgd`,
    )
  }
  return rule
}

function createRule(
  text: string,
  name: string,
  parameters: string | undefined,
  parts: RuleParts,
): AveragingRule | undefined {
  if (Object.hasOwn(rules, text)) return rules[text](parts)
  if (name === GOSSIP) return gossip(text, parseGossipMerge(parameters ?? 'age'))
  if (!Object.hasOwn(numbered, name)) return undefined
  const { numbers, create } = numbered[name]
  const values = parameters === undefined ? [] : readNumbers(parameters, numbers)
  if (values !== undefined) return create(text, parts, values)
  throw new UsageError(
    `rule "${text}": expected ${name}, or ${formOf(name)} with ${numbers.map(({ accepted }) => accepted).join(' and ')}`,
  )
}

function formOf(name: string): string {
  return `${name}:${numbered[name].numbers.map(number => number.name).join(',')}`
}

function acceptedRules(): string[] {
  const forms = Object.keys(numbered).map(name => `${name}[${formOf(name).slice(name.length)}]`)
  return [...Object.keys(rules), ...forms, 'gossip[:MERGE]'].sort()
}
