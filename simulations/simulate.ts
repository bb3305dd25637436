import type { Split } from '../src/data/source.ts'
import type { Recipe } from '../src/recipe/recipe.ts'
import type { RoundResult, RunResult } from './result.ts'

export interface SimulationOptions {
  readonly recipe: Recipe
  readonly peers: number
  /** Stop after so many rounds; without, when the swarm has sealed. A round is an exchange begun by every peer. */
  readonly rounds?: number
  readonly seed: number
  /** For the task `classify`. */
  readonly data?: Split
  /** For the task `classify`: `iid`, `dirichlet:ALPHA`. */
  readonly partition?: string
  /** For the task `consensus`: how the vectors are drawn. */
  readonly init?: 'normal' | 'spread'
  /** One-way delay of a message, in milliseconds. */
  readonly delay?: { readonly lowest: number; readonly highest: number }
  /** Probability that a message is lost. */
  readonly loss?: number
  /** Rounds between two evaluations. Default: 1 without training, else so that there are about 50. */
  readonly evaluateEvery?: number
  readonly onRound?: (round: RoundResult) => void
  readonly signal?: AbortSignal
}

export declare function simulate(options: SimulationOptions): Promise<RunResult>
