import type { Option } from 'commander'
import {
  AGGREGATORS,
  ATTACKS,
  BACKENDS,
  type Choices,
  COMPRESSIONS,
  formsOf,
  MODELS,
  PARTITIONS,
  PEER_AGGREGATORS,
  SOURCES,
  TOPOLOGIES,
} from '../../../src/catalogue.ts'
import type { RuleNames } from '../../names.ts'

/** Options whose values may carry a parameter, so that commander has no list of them. */
export const BY_CATALOGUE: Readonly<Record<string, Choices>> = {
  '--model': MODELS,
  '--topology': TOPOLOGIES,
  '--aggregator': AGGREGATORS,
  '--compression': COMPRESSIONS,
  '--attack': ATTACKS,
  '--partition': PARTITIONS,
  '--data': SOURCES,
  '--backend': { auto: 'the best that works here', ...BACKENDS },
}

/** What an option of a command accepts, as far as it can be listed. */
export function acceptedValues(command: string, option: Option, rules: RuleNames): readonly string[] {
  if (option.argChoices !== undefined) return option.argChoices
  const simulated = command === 'simulate'
  if (option.long === '--rule') return simulated ? rules.all : rules.ofPeers
  if (option.long === '--aggregator' && !simulated) return beginnings(PEER_AGGREGATORS)
  return beginnings(BY_CATALOGUE[option.long ?? ''] ?? {})
}

/** The forms up to where their parameters begin: `base-k:` of `base-k:K`, `mlp` of `mlp[:H,H…]`. */
function beginnings(choices: Choices): string[] {
  return [...new Set(formsOf(choices).map(form => form.replace(/\[.*| or .*/, '').replace(/:.*/, ':')))]
}
