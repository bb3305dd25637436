import { parseAttack } from '../../src/averaging/attacks/registry.ts'
import type { AveragingRule } from '../../src/averaging/rule.ts'
import { UsageError } from '../../src/errors.ts'
import type { Simulation } from '../options.ts'
import type { Parts } from './parts.ts'

/** Links of a round, beyond which they take more memory than the parameters of most swarms. */
const MOST_LINKS = 50_000_000

/**
 * Refuses what this engine cannot do, before anything runs.
 *
 * @param throughMean whether everybody's mean stands for messages from all to all
 * @throws UsageError with the reason and the nearest thing that works
 */
export function requireFitting(
  { recipe, peers, loss = 0, churn, splits, byzantine }: Simulation,
  { rule, topology }: Parts,
  throughMean: boolean,
): void {
  if (recipe.exchange.localSteps === 'auto') {
    throw new UsageError(
      'exchange.localSteps auto goes by the time that exchanges take, and rounds of the matrix engine take none; give a number, such as 1',
    )
  }
  if (recipe.averaging.weights !== 'equal') {
    throw new UsageError(
      'the matrix engine counts every peer alike; averaging.weights samples is for the virtual engine and for swarms',
    )
  }
  if (splits !== undefined && splits.length > 0) {
    throw new UsageError('networks that fall apart and heal are for the virtual engine; the matrix engine has churn')
  }
  if (rule.constantLinks === true && (loss > 0 || (churn !== undefined && churn !== 0))) {
    const instead =
      rule.mixing === 'all'
        ? 'fedavg, or the same rule without compression'
        : 'dpsgd with fp16 or int8, gradient-tracking, or push-sum on directed graphs'
    throw new UsageError(
      `${rule.name} needs the same links in every round and every message; under loss or churn take ${instead}`,
    )
  }
  if (rule.mixing === 'all' && recipe.exchange.compression !== 'none' && recipe.objective.task === 'consensus') {
    throw new UsageError(
      `${rule.name} with ${recipe.exchange.compression} sends what is new since a start that all share, and vectors of the task consensus start apart: take choco`,
    )
  }
  if (byzantine !== undefined) requireEffect(byzantine.attack, recipe.objective.task, rule)
  const usesLinks = !throughMean && !['none', 'all', 'pairwise'].includes(rule.mixing)
  if (usesLinks && topology.misfit(peers) === undefined) {
    const links = peers * topology.neighbours(peers - 1, peers, 0).length
    if (links > MOST_LINKS) {
      throw new UsageError(
        `${topology.name} of ${peers} peers has about ${links} links, more than the ${MOST_LINKS} that one round may have; ` +
          'the nearest that works is random-regular:20',
      )
    }
  }
}

/** @throws UsageError for an attack that nobody would notice */
function requireEffect(attack: string, task: string, rule: AveragingRule): void {
  const { relabel } = parseAttack(attack)
  if (rule.mixing === 'none') {
    throw new UsageError(
      `with the rule ${rule.name} nobody hears anybody, so no attack reaches those that do not lie; the nearest that works is dpsgd`,
    )
  }
  if (relabel !== undefined && task !== 'classify') {
    throw new UsageError(
      `the attack ${attack} is on the classes of samples, and the task ${task} has none; the nearest that works is sign-flip`,
    )
  }
}
