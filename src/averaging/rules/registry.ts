import { UsageError } from '../../errors.ts'
import type { Codec } from '../../parameters/codecs/codec.ts'
import { none as uncompressed } from '../../parameters/codecs/none.ts'
import type { Aggregator } from '../aggregator.ts'
import { mean } from '../aggregators/mean.ts'
import { parseGossipMerge } from '../gossip-merge.ts'
import { type AveragingRule, isLive } from '../rule.ts'
import { compressedAdpsgd } from './adpsgd.ts'
import { allreduce, compressedAllreduce } from './allreduce.ts'
import { choco } from './choco.ts'
import { clippedRule } from './clipped-rule.ts'
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

/** The parts of a rule, beside its own parameter. */
export interface RuleParts {
  /** For the rule that leaves open how several vectors become one. */
  readonly aggregator: Aggregator
  /** How vectors travel. */
  readonly codec: Codec
}

/** A rule, perhaps with what it may be written with after a colon. */
interface RuleFamily {
  /** The rest of the form after the name, for lists of what is accepted: `[:GAMMA]`. */
  readonly form: string
  /**
   * @param text as it is written in a recipe
   * @param parameters what follows the colon; undefined where there is none
   * @returns undefined where there is no such rule
   * @throws UsageError for parameters that are malformed
   */
  create(text: string, parameters: string | undefined, parts: RuleParts): AveragingRule | undefined
}

/** One that takes no parameters. */
function plain(create: (parts: RuleParts) => AveragingRule): RuleFamily {
  return { form: '', create: (_text, parameters, parts) => (parameters === undefined ? create(parts) : undefined) }
}

/** One that may be written with numbers, as `diloco:0.7,0.9`: as many as there are ranges, or none. */
function numbered(
  ranges: readonly NumberRange[],
  create: (text: string, parts: RuleParts, numbers: readonly number[]) => AveragingRule,
): RuleFamily {
  const form = `:${ranges.map(({ name }) => name).join(',')}`
  return {
    form: `[${form}]`,
    create(text, parameters, parts) {
      const values = parameters === undefined ? [] : readNumbers(parameters, ranges)
      if (values !== undefined) return create(text, parts, values)
      const [name] = text.split(':', 1)
      throw new UsageError(
        `rule "${text}": expected ${name}, or ${name}${form} with ${ranges.map(({ accepted }) => accepted).join(' and ')}`,
      )
    },
  }
}

// A new rule is one file in this folder and one line here.

const families: Readonly<Record<string, RuleFamily>> = {
  adpsgd: plain(({ codec }) => compressedAdpsgd(codec)),
  allreduce: plain(({ codec }) => (codec === uncompressed ? allreduce : compressedAllreduce(codec))),
  choco: numbered([stepSize], (text, { codec }, [gamma]) => choco(text, codec, gamma)),
  d2: plain(() => d2),
  diloco: numbered([learningRate, momentum], (text, { codec }, [lr, mu]) => diloco(text, codec, lr, mu)),
  dpsgd: plain(({ aggregator, codec }) => dpsgd(aggregator, codec)),
  extra: plain(() => extra),
  fedavg: plain(() => fedavg),
  gossip: { form: '[:MERGE]', create: (text, merge) => gossip(text, parseGossipMerge(merge ?? 'age')) },
  'gradient-tracking': plain(() => gradientTracking),
  mosaic: numbered([count], (text, _parts, [fragments]) => mosaic(text, fragments)),
  noloco: numbered([learningRate, momentum], (text, { codec }, [lr, mu]) => noloco(text, codec, lr, mu)),
  none: plain(() => none),
  'push-sum': plain(() => pushSum),
  'push-sum:naive': plain(() => naivePushSum),
  relaysum: plain(() => relaysum),
  scaffold: plain(() => scaffold),
  sparta: numbered([fraction], (text, _parts, [share]) => sparta(text, share)),
}

/** Rules without their parameters: each of them {@link parseRule} accepts. */
export const ruleNames: readonly string[] = Object.keys(families).sort()

/** Whether a recipe that says so means one of these rules, whatever it is written with after a colon. */
export function isRuleName(text: string): boolean {
  return Object.hasOwn(families, text.split(':', 1)[0])
}

/** The default parts of a rule. */
export const plainParts: RuleParts = { aggregator: mean, codec: uncompressed }

/** The names of the rules of which this holds, each without parameters. */
export function rulesThat(holds: (rule: AveragingRule) => boolean): string[] {
  return ruleNames.filter(name => holds(parseRule(name, plainParts)))
}

/** Averaging rules that deployed peers can carry out; the others are simulated by the matrix engine. */
export const peerRuleNames: readonly string[] = rulesThat(isLive)

/**
 * @param text the name, and perhaps what it is to be written with after a colon: `choco:0.3`, `gossip:limited,4`
 * @throws UsageError for an unknown name, for parameters that are malformed, and where the rule cannot travel compressed so
 */
export function parseRule(text: string, parts: RuleParts): AveragingRule {
  const [, name, parameters] = /^([^:]*):?(.*)$/.exec(text) ?? []
  // Clipping is around a rule, which merges by the weights that it leaves.
  const inner = parts.aggregator.clips === undefined ? parts : { ...parts, aggregator: mean }
  const rule = Object.hasOwn(families, text)
    ? families[text].create(text, undefined, inner)
    : Object.hasOwn(families, name) && families[name].create(text, parameters, inner)
  if (!rule) {
    throw new UsageError(`unknown averaging rule "${text}"; accepted are ${acceptedRules().join(', ')}`)
  }
  requireCompressible(name, rule, parts.codec)
  const { clips } = parts.aggregator
  if (clips !== undefined && rule.clippable) return clippedRule(rule, clips)
  if (parts.aggregator.name !== mean.name && rule.aggregates !== true) {
    const takers = rulesThat(({ aggregates, clippable }) => (clips === undefined ? aggregates : clippable) === true)
    throw new UsageError(
      `${name} merges what it hears in its own way, and not by ${parts.aggregator.name}; take ${takers.join(' or ')}: write --rule ${takers[0]}`,
    )
  }
  return rule
}

function acceptedRules(): string[] {
  return Object.entries(families)
    .map(([name, { form }]) => `${name}${form}`)
    .sort()
}
