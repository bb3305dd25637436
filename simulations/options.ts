import type { AveragingRule } from '../src/averaging/rule.ts'
import type { Split } from '../src/data/source.ts'
import type { GossipEvents } from '../src/gossip/events.ts'
import type { PreparedRecipe } from '../src/library/prepared-recipe.ts'
import type { Recipe, RecipeInput } from '../src/recipe/recipe.ts'
import type { Bandwidth, Byzantine, ChurnEvent, EngineName, NetworkSplit, Stragglers } from './environment.ts'
import type { RoundResult, RunResult } from './result.ts'

/** What is known of a run before its first round, as its result has it. */
export type RunStart = Pick<RunResult, 'recipe' | 'spectralGap' | 'conditions'>

/** An exchange that two peers had, as the one that began it tells of it. */
export interface SimulatedExchange extends Omit<GossipEvents['exchange'], 'peer'> {
  /** The peer that began it, and its partner, by their numbers, from 0. */
  readonly from: number
  readonly to: number
}

/** A run to be simulated: its recipe, its peers, its data, its engine, and the conditions under which it runs. */
export interface SimulationOptions {
  readonly recipe: RecipeInput
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
  /** Data of the tasks that learn from some. */
  readonly data?: Split
  /**
   * `[elements of the whole model]`: the weights that the recipe begins from, where it does. A simulation reads no files: see
   * `readInitialWeights` of `hearsay/models`.
   */
  readonly from?: Float32Array
  /** How data are dealt: `iid`, `dirichlet:ALPHA`, `shards:K`, `sorted`, `quantity:ALPHA`. */
  readonly partition?: string
  /** How the vectors of the task `consensus` are drawn. Default: `normal`. */
  readonly init?: 'normal' | 'spread'
  /** The content of a topology's file, `file:EDGES`: the caller reads it, so that a simulation reads no files. */
  readonly edges?: string
  /**
   * The averaging rule that the recipe names (`averaging.rule`), where it is the caller's own. The engine `matrix` runs any, in this thread;
   * `virtual` those that say how peers carry them out, as `createPeer` does.
   */
  readonly rule?: AveragingRule
  /**
   * One-way delay of a message, in milliseconds: `MS`, `LO-HI` (uniform), `normal:MEAN,SD`, `lognormal:MEDIAN,SIGMA` or
   * `exponential:MEAN`. Default: that of a local network, `1-5`.
   */
  readonly delay?: string
  /** Default: messages take no longer for being large. */
  readonly bandwidth?: Bandwidth
  /** Probability that a message is lost. Default: 0. */
  readonly loss?: number
  /**
   * Peers that are away for a time, and neither train nor send nor receive: a probability, or what happened when. In the
   * matrix engine it is the probability that a peer is away in a round. In the virtual one it is the probability with which
   * a peer that is there leaves within a second: as in a power cut, to come back with what is on its disk after a time that
   * is drawn too.
   */
  readonly churn?: number | readonly ChurnEvent[]
  readonly stragglers?: Stragglers
  /** In the order of their time; one ends before the next begins. */
  readonly splits?: readonly NetworkSplit[]
  readonly byzantine?: Byzantine
  /**
   * Threads of the matrix engine; the result does not depend on it. With 1 it runs in this thread, which it shares. Default: one
   * for each processor where there is enough to do, else 1.
   */
  readonly workers?: number
  /**
   * The name of a backend, or `auto` for the best that works here. Default: `wasm`, which gives the same bits on all
   * processors with a fused multiply-add (x86-64 since Haswell, ARM64), and other last digits on those without: see
   * docs/decisions/004-training-kernels.md.
   */
  readonly backend?: string
  /** Rounds between two evaluations. Default: 1 without training, else so that there are about 50. */
  readonly evaluateEvery?: number
  /** Told once, before the first round. */
  readonly onStart?: (start: RunStart) => void
  /**
   * Told of every exchange that ends, by the engines `virtual` and `libp2p`: the core tells of each, and there may be many thousands in a
   * second. The matrix engine works in whole rounds, and tells of none.
   */
  readonly onExchange?: (exchange: SimulatedExchange) => void
  /** Told of every round that is evaluated, as soon as it is. */
  readonly onRound?: (round: RoundResult) => void
  /** Ends the run early: what there is by then is the result, marked as partial. */
  readonly signal?: AbortSignal
}

/** The same once its recipe was prepared: what engines are given. */
export interface Simulation extends Omit<SimulationOptions, 'onStart'> {
  readonly recipe: Recipe
  readonly prepared: PreparedRecipe
  readonly onStart?: (start: Pick<RunStart, 'spectralGap'>) => void
}
