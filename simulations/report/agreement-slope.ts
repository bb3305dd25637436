import type { RunResult } from '../result.ts'
import { isUndisturbed } from './disturbance.ts'
import { ruleOf } from './rule-of.ts'

/** Below this float32 has no digits left, and a line of theory would stretch the axis for nothing. */
const FLOOR = 1e-12

/** How fast averaging alone brings peers together: what theory says of the consensus distance. */
export interface AgreementSlope {
  /** β = ‖W − J‖ of the mixing matrix: what a round leaves of the distance at most. */
  readonly rate: number
  /** Two rounds, each with β to its power from where the peers first were apart: straight on a logarithmic axis. */
  readonly points: readonly [Point, Point]
}

/** A point of a plot of distance over rounds. */
export type Point = readonly [round: number, distance: number]

/**
 * The slope of a run's consensus distance by averaging alone; undefined where there is none: where a round is no multiplication by one
 * matrix whose spectral gap is known, or where messages were lost, peers were away or lied, or what was sent was compressed.
 */
export function agreementSlope(
  result: Pick<RunResult, 'rounds' | 'spectralGap' | 'recipe' | 'conditions'>,
): AgreementSlope | undefined {
  const { rounds, spectralGap, recipe } = result
  const apart = rounds.filter(({ consensusDistance }) => consensusDistance > 0)
  if (spectralGap === null || apart.length === 0 || !averagesByW(recipe) || !isUndisturbed(result)) return undefined
  const rate = 1 - spectralGap
  const [start] = apart
  const end = apart[apart.length - 1].round
  // One that averages everything at once has no slope.
  if (rate <= 0 || end === start.round) return undefined
  const floor = Math.max(FLOOR, Math.min(...apart.map(({ consensusDistance }) => consensusDistance)) / 10)
  const reached = Math.log(floor / start.consensusDistance) / Math.log(rate)
  const at = (round: number): Point => [round, start.consensusDistance * rate ** (round - start.round)]
  return { rate, points: [at(start.round), at(Math.min(end, start.round + reached))] }
}

/** Whether a round multiplies all parameters by the mixing matrix whose gap is known; not in pairs, all at once, or part by part. */
function averagesByW(recipe: RunResult['recipe']): boolean {
  const rule = ruleOf(recipe)
  if (rule === undefined) return false
  const { mixing, travels } = rule
  return !['pairwise', 'all', 'none'].includes(mixing) && travels !== 'parts'
}
