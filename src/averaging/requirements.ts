/**
 * Whether a rule is right on a topology, found out before anything runs: it says what cannot be, and repairs what can.
 *
 * @packageDocumentation
 */

import { UsageError } from '../errors.ts'
import type { Aggregator } from './aggregator.ts'
import { columnStochasticMatrix, identityMatrix, lazy, type MixingMatrix, mixingMatrix } from './mixing.ts'
import type { AveragingRule, MixingNeed } from './rule.ts'
import { smallestEigenvalue, smallestEigenvalueBound } from './spectrum.ts'
import { balancedBeside, symmetricBeside } from './topologies/alternatives.ts'
import { complete } from './topologies/complete.ts'
import { adjacencyOf, isStronglyConnected, type Topology } from './topology.ts'

/** The choices that are to run together. */
export interface RuleSetting {
  readonly rule: Pick<AveragingRule, 'name' | 'mixing' | 'linear' | 'smallestEigenvalue' | 'constantLinks'>
  readonly aggregator: Aggregator
  readonly topology: Topology
  readonly peers: number
}

/** A rule on a topology that suits it. */
export interface FittedRule {
  /**
   * The weights of a round; where they never change, always the same object. For the rules that need none (alone, in pairs
   * or all at once) it is the identity.
   */
  mixing(round: number): MixingMatrix
  /** Sentences that people should read. */
  readonly notes: readonly string[]
}

/**
 * How far above the bound λ_min is brought. At the bound itself an error would stay for ever, and right above it nearly so.
 * On an even ring this makes weights of 0.3233 from 1/3.
 */
const EIGENVALUE_MARGIN = 0.04

/** Beyond so many peers a bound of λ_min must do: it may ask for more laziness than is needed, and never for less. */
const MAX_PEERS_FOR_SPECTRUM = 1_000

/** Rounds of a changing graph that are looked at to find the fewest neighbours of anybody. */
const ROUNDS_LOOKED_AT = 16

/**
 * The mixing on which a rule is right.
 *
 * @throws UsageError where there is none, with the reason and the nearest thing that works
 */
export function fitRule(setting: RuleSetting): FittedRule {
  const { topology, peers } = setting
  const misfit = topology.misfit(peers)
  if (misfit !== undefined) throw new UsageError(misfit)
  return fits[setting.rule.mixing](setting)
}

const fits: Readonly<Record<MixingNeed, (setting: RuleSetting) => FittedRule>> = {
  none: fitNobody,
  all: fitEverybody,
  pairwise: fitPairs,
  'row-stochastic': fitRows,
  'doubly-stochastic': fitDoubly,
  symmetric: fitSymmetric,
  'column-stochastic': fitColumns,
  tree: fitTree,
}

function fitNobody({ peers }: RuleSetting): FittedRule {
  return { mixing: always(identityMatrix(peers)), notes: [] }
}

function fitEverybody({ rule, topology, peers }: RuleSetting): FittedRule {
  const unused = `${rule.name} averages everybody with everybody: the topology ${topology.name} is not used`
  return { mixing: always(identityMatrix(peers)), notes: topology === complete ? [] : [unused] }
}

function fitPairs({ rule, topology, peers }: RuleSetting): FittedRule {
  const bothWays = `${rule.name} exchanges both ways: the directed links of ${topology.name} are used in both directions`
  return { mixing: always(identityMatrix(peers)), notes: topology.symmetric ? [] : [bothWays] }
}

function fitRows(setting: RuleSetting): FittedRule {
  requireVoters(setting)
  return { mixing: mixingOf(setting), notes: [] }
}

function fitDoubly(setting: RuleSetting): FittedRule {
  const { rule, topology, peers } = setting
  // Epidemic learning is plain averaging where nobody is asked. Rules that keep more than the mean would lose it there.
  const onAverage = !topology.balanced && topology.balancedOnAverage === true && rule.linear === true
  if (!topology.balanced && !onAverage) {
    throw new UsageError(
      `${rule.name} needs weights that keep the mean, and on ${topology.name} some are averaged by more than they average; ` +
        `the nearest that works is ${balancedBeside(topology, peers)}, or the rule push-sum`,
    )
  }
  requireVoters(setting)
  const keptOnAverage = `on ${topology.name} some are averaged by more than they average: ${rule.name} keeps the mean on average only, not in every round`
  return { mixing: mixingOf(setting), notes: onAverage ? [keptOnAverage] : [] }
}

function fitSymmetric(setting: RuleSetting): FittedRule {
  const { rule, topology, peers } = setting
  if (!topology.symmetric) {
    throw new UsageError(
      `${rule.name} needs a symmetric W, and ${topology.name} is directed; the nearest that works is ${symmetricBeside(topology, peers, { fixed: staysPut(rule) })}`,
    )
  }
  if (rule.constantLinks === true && topology.changes) {
    throw new UsageError(
      `${rule.name} needs the same links in every round, and those of ${topology.name} change; ` +
        `the nearest that works is ${symmetricBeside(topology, peers, { fixed: true })}`,
    )
  }
  requireVoters(setting)
  return rule.smallestEigenvalue === undefined
    ? { mixing: mixingOf(setting), notes: [] }
    : fitSpectrum(setting, rule.smallestEigenvalue)
}

const staysPut = ({ smallestEigenvalue, constantLinks }: RuleSetting['rule']) =>
  smallestEigenvalue !== undefined || constantLinks === true

/** Adds as much laziness as brings λ_min above what the rule needs. */
function fitSpectrum(setting: RuleSetting, least: number): FittedRule {
  const { rule, topology, peers } = setting
  if (topology.changes) {
    // The spectrum of one round says nothing then: D² was seen to grow without bound on base-k:1, though each W of its rounds
    // has λ_min ≥ 0, and more slowly also with e = 0.6.
    throw new UsageError(
      `${rule.name} needs the same W in every round, and that of ${topology.name} changes; ` +
        `the nearest that works is ${symmetricBeside(topology, peers, { fixed: true })}`,
    )
  }
  const W = mixingMatrix(topology, peers, 0)
  const found = peers <= MAX_PEERS_FOR_SPECTRUM ? smallestEigenvalue(W) : smallestEigenvalueBound(W)
  const wanted = least + EIGENVALUE_MARGIN
  if (found >= wanted) return { mixing: always(W), notes: [] }
  const e = (wanted - found) / (1 - found)
  const has = peers <= MAX_PEERS_FOR_SPECTRUM ? shown(found) : `perhaps ${shown(found)}`
  return {
    mixing: always(lazy(W, e)),
    notes: [
      `${rule.name} needs λ_min(W) > ${shown(least)}, and ${topology.name} with ${peers} peers has ${has}: ` +
        `W was made lazy, (1 − e) W + e I with e = ${shown(e)}`,
    ],
  }
}

function fitColumns({ rule, topology, peers }: RuleSetting): FittedRule {
  if (!topology.changes && !topology.symmetric && !isStronglyConnected(adjacencyOf(topology, peers, 0))) {
    throw new UsageError(
      `${rule.name} needs a way from everybody to everybody, and on ${topology.name} there is none for some; ` +
        'the nearest that works is the same edges in both directions',
    )
  }
  return {
    mixing: eachRound(topology, round => columnStochasticMatrix(adjacencyOf(topology, peers, round))),
    notes: [],
  }
}

function fitTree({ rule, topology, peers }: RuleSetting): FittedRule {
  const nearest = 'the nearest that work are tree:2, chain and star'
  if (topology.changes || !topology.symmetric) {
    throw new UsageError(`${rule.name} needs a tree that stays, and ${topology.name} is none; ${nearest}`)
  }
  // With n − 1 edges a graph is a tree if it is connected, and one that is not is a misfit.
  const edges = adjacencyOf(topology, peers, 0).reduce((sum, { length }) => sum + length / 2, 0)
  if (edges !== peers - 1) {
    throw new UsageError(
      `${rule.name} needs a tree, and ${topology.name} with ${peers} peers has ${edges} edges, not ${peers - 1}; ${nearest}`,
    )
  }
  return { mixing: always(mixingMatrix(topology, peers, 0)), notes: [] }
}

/** @throws UsageError where somebody has too few neighbours for the aggregator */
function requireVoters({ aggregator, topology, peers }: RuleSetting): void {
  // Most ask for nothing, and then nobody needs to be counted.
  if (aggregator.misfit(0) === undefined) return
  const rounds = topology.changes ? ROUNDS_LOOKED_AT : 1
  let fewest = peers
  for (let round = 0; round < rounds; round++) {
    for (let peer = 0; peer < peers; peer++) fewest = Math.min(fewest, topology.neighbours(peer, peers, round).length)
  }
  const misfit = aggregator.misfit(fewest)
  if (misfit !== undefined) {
    throw new UsageError(`${misfit}; on ${topology.name} with ${peers} peers the fewest neighbours are ${fewest}`)
  }
}

function mixingOf({ topology, peers }: RuleSetting): (round: number) => MixingMatrix {
  return eachRound(topology, round => mixingMatrix(topology, peers, round))
}

function eachRound(topology: Topology, make: (round: number) => MixingMatrix): (round: number) => MixingMatrix {
  if (topology.changes) return make
  // Not before it is asked for: a driver may have a shorter way for large complete graphs.
  let fixed: MixingMatrix | undefined
  return () => {
    fixed ??= make(0)
    return fixed
  }
}

function always(W: MixingMatrix): () => MixingMatrix {
  return () => W
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4))).replace('-', '−')
}
