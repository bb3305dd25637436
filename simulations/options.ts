import type { Split } from '../src/data/source.ts'
import type { Recipe } from '../src/recipe/recipe.ts'
import type { RoundResult } from './result.ts'

/**
 * What carries a simulation:
 *
 * - `matrix`: synchronous rounds over stacked parameters; every rule and topology, thousands of peers;
 * - `virtual`: the deployed core on a virtual network and clock;
 * - `libp2p`: the deployed core over real sockets of this machine.
 */
export type EngineName = 'matrix' | 'virtual' | 'libp2p'

export interface SimulationOptions {
  readonly recipe: Recipe
  readonly peers: number
  /** Default: `virtual`. */
  readonly engine?: EngineName
  /**
   * Without training: average for exactly so many rounds and do not seal; without it, until the swarm has sealed. A round of
   * the virtual engine is over when as many exchanges have been applied as there are peers; while training, when every peer
   * has done its local steps. While training the recipe's steps say how many rounds there are.
   */
  readonly rounds?: number
  readonly seed: number
  /** For the tasks that learn from data. */
  readonly data?: Split
  /** How data are dealt: `iid`, `dirichlet:ALPHA`, `shards:K`, `sorted`, `quantity:ALPHA`. */
  readonly partition?: string
  /** For the task `consensus`: how the vectors are drawn. Default: `normal`. */
  readonly init?: 'normal' | 'spread'
  /** One-way delay of a message, in milliseconds. Default: that of a local network. */
  readonly delay?: { readonly lowest: number; readonly highest: number }
  /** Probability that a message is lost. Default: 0. */
  readonly loss?: number
  /** Peers that lie: a share of all, drawn from the seed, and how. */
  readonly byzantine?: { readonly share: number; readonly attack: string }
  /** Threads of the matrix engine; the result does not depend on it. Default: one for each processor. */
  readonly workers?: number
  /**
   * The name of a backend, or `auto` for the best that works here. Default: `wasm`, which gives the same bits on all
   * processors with a fused multiply-add (x86-64 since Haswell, ARM64), and other last digits on those without: see
   * docs/decisions/004-training-kernels.md.
   */
  readonly backend?: string
  /** Rounds between two evaluations. Default: 1 without training, else so that there are about 50. */
  readonly evaluateEvery?: number
  readonly onRound?: (round: RoundResult) => void
  /** Ends the run early: what there is by then is the result, marked as partial. */
  readonly signal?: AbortSignal
}
