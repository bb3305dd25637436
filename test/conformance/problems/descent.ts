import type { MixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { preciseMeanOf, type Vector } from '../../../src/parameters/vectors.ts'
import { type DrivenRule, driveRule } from '../../averaging/drive-rule.ts'
import type { Arrives } from './loss.ts'
import type { Quadratics } from './quadratics.ts'

/** One step of gradient descent for every peer: −η g. */
export function descent(problem: Quadratics, rate: number): (at: readonly Vector[]) => Float64Array[] {
  return at => problem.gradients(at).map(gradient => gradient.map(value => -rate * value))
}

export function fromOrigin({ peers, dimension }: Quadratics): Float64Array[] {
  return Array.from({ length: peers }, () => new Float64Array(dimension))
}

/** Everybody starts at the origin and descends, a step a round. @param arrives what arrives in a round; default: all does */
export function descend(
  rule: AveragingRule,
  problem: Quadratics,
  W: MixingMatrix,
  { rate, rounds, arrives }: { readonly rate: number; readonly rounds: number; readonly arrives?: () => Arrives },
): DrivenRule {
  const swarm = driveRule(rule, fromOrigin(problem))
  for (let round = 0; round < rounds; round++) swarm.round(W, descent(problem, rate), arrives?.())
  return swarm
}

/** Suboptimality of the mean of all peers. */
export function suboptimality(problem: Quadratics, swarm: DrivenRule): number {
  return problem.suboptimality(preciseMeanOf(swarm.estimates()))
}

/** Rounds until the mean of all peers is as good as the target; ∞ where it is not after `limit`, or has diverged. */
export function stepsToTarget(
  rule: AveragingRule,
  problem: Quadratics,
  W: MixingMatrix,
  { rate, target, limit }: { readonly rate: number; readonly target: number; readonly limit: number },
): number {
  const swarm = driveRule(rule, fromOrigin(problem))
  for (let round = 0; round < limit; round++) {
    const now = suboptimality(problem, swarm)
    if (now < target) return round
    if (!(now < DIVERGED)) return Number.POSITIVE_INFINITY
    swarm.round(W, descent(problem, rate))
  }
  return Number.POSITIVE_INFINITY
}

/** All start with a suboptimality of about 1. */
const DIVERGED = 1e6
