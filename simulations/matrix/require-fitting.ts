import { UsageError } from '../../src/errors.ts'
import type { SimulationOptions } from '../options.ts'
import type { Parts } from './parts.ts'

/** Links of a round, beyond which they take more memory than the parameters of most swarms. */
const MOST_LINKS = 50_000_000

/**
 * What this engine cannot do, found before anything runs.
 *
 * @param throughMean whether everybody's mean stands for messages from all to all
 * @throws UsageError with the reason and the nearest thing that works
 */
export function requireFitting(
  { recipe, peers, loss = 0, churn, splits }: SimulationOptions,
  { rule, topology }: Parts,
  throughMean: boolean,
): void {
  if (recipe.exchange.localSteps === 'auto') {
    throw new UsageError(
      'exchange.localSteps auto goes by the time that exchanges take, and rounds of the matrix engine take none; give a number, such as 1',
    )
  }
  if (splits !== undefined && splits.length > 0) {
    throw new UsageError('networks that fall apart and heal are for the virtual engine; the matrix engine has churn')
  }
  if (rule.constantLinks === true && (loss > 0 || (churn !== undefined && churn !== 0))) {
    throw new UsageError(
      `${rule.name} needs the same links in every round and every message; under loss or churn take gradient-tracking, or push-sum on directed graphs`,
    )
  }
  if (typeof churn === 'object') {
    const stranger = churn.find(({ peer }) => !(Number.isInteger(peer) && peer >= 0 && peer < peers))
    if (stranger !== undefined) {
      throw new UsageError(`an event of churn is of peer ${stranger.peer}; there are ${peers}, counted from 0`)
    }
  }
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
