import type { PeerBytes } from '../src/library/peer-bytes.ts'
import type { Recipe } from '../src/recipe/recipe.ts'
import type { Figures } from '../src/worth/figures.ts'
import type { Bandwidth, Byzantine, EngineName, NetworkSplit, Stragglers } from './environment.ts'
import type { Judgement } from './judgement.ts'

/** Over all peers, each with its own parameters, on the same test set. */
export interface Spread {
  readonly mean: number
  readonly min: number
  readonly max: number
}

/** How the swarm stands at one moment. */
export interface RoundResult {
  readonly round: number
  /** Seconds: virtual ones in a simulation, real ones for libp2p. The matrix engine waits for the slowest in every round. */
  readonly time: number
  /** Relative, as defined in the glossary: sqrt((1/n) Σ ‖x_i − x̄‖²) / ‖x̄‖. */
  readonly consensusDistance: number
  /** (1/n) Σ ‖x_i − x̄‖². */
  readonly meanSquaredDistance: number
  /**
   * `[peers]`: ‖x_i − x̄‖ / ‖x̄‖ of each, to four digits; null of one that is not honest. Left out of larger swarms than 64, and where some were
   * not there.
   */
  readonly peerDistances?: readonly (number | null)[]
  /** ‖x̄ − x̄_expected‖ / ‖x̄_expected‖ where averaging alone ran, else null. */
  readonly meanDrift: number | null
  /**
   * Mean loss of every peer's own model, on the test set; for problems with a known answer how far it is from that, see
   * simulations/tasks. Null where nothing is learned.
   */
  readonly localLoss: number | null
  readonly localAccuracy: Spread | null
  /** R² of every peer's own model; of a regression only. */
  readonly localR2?: Spread
  /** The model whose parameters are the average of all peers'; the accuracy is null where nothing is classified. */
  readonly merged: Judgement | null
  readonly bytesSent: number
  /** Messages; over libp2p, exchanges that were applied on both sides. */
  readonly messages: number
}

/** One peer at the end of a run. */
export interface PeerResult extends PeerBytes {
  readonly peer: string
  /** Samples in its shard. */
  readonly samples: number
  /** Accuracy of its own model when its training ended, before the swarm agreed. Of a regression its errors, in its place. */
  readonly accuracy: number | null
  readonly r2?: number
  readonly rmse?: number
  readonly mae?: number
  /** Accuracy of the same peer alone: the same shard, the same steps, no exchanges. Null where it diverged or was not tried. */
  readonly alone: number | null
  /** R² of the same peer alone; of a regression, where it did not diverge. */
  readonly aloneR2?: number
  /** The hash on which it sealed; null where it did not. */
  readonly sealed: string | null
  /** Exchanges that it took part in while it trained; in the matrix engine, all. */
  readonly exchanges: number
  /** Exchanges that its steps and the recipe ask for, and distinct peers that it averaged with; absent in the matrix engine. */
  readonly exchangesAsked?: number
  readonly partners?: number
  /** Local steps on its own data. */
  readonly ownSteps?: number
  /** Whether the model that at least two have chosen contains its data. */
  readonly inModel?: boolean
}

/** The conditions of a run beside its recipe: only those that were given. Each is the simulation's option of that name. */
export interface RunConditions {
  /** How data were dealt. */
  readonly partition?: string
  readonly loss?: number
  /** The probability, or `trace` where every peer's times were given. */
  readonly churn?: number | 'trace'
  readonly delay?: string
  readonly bandwidth?: Bandwidth
  readonly stragglers?: Stragglers
  readonly splits?: readonly NetworkSplit[]
  readonly byzantine?: Byzantine
}

/** The document that `--out` writes. */
export interface RunResult {
  readonly hearsay: '1'
  readonly recipe: Recipe
  readonly recipeHash: string
  readonly seed: number
  readonly engine: EngineName
  readonly peers: number
  /** Left out where nothing was given. */
  readonly conditions?: RunConditions
  /** The content of the topology's file, where its edges are in one (`file:EDGES`). */
  readonly edges?: string
  readonly rounds: readonly RoundResult[]
  /** The mixing matrix's spectral gap, where the matrix is fixed; else null. */
  readonly spectralGap: number | null
  /** The last round, and the hash of the merged parameters: the one on which the swarm sealed, where it did. */
  readonly final: Omit<RoundResult, 'merged'> & {
    readonly parametersHash: string
    /** With all that can be said of it, where it was judged by test samples. */
    readonly merged: (Judgement & { readonly figures?: Figures }) | null
  }
  /** Text that the merged model writes; for the task `language` only. */
  readonly sample?: string
  /** Whether every peer sealed on the same hash. */
  readonly sealed: boolean
  readonly peerResults: readonly PeerResult[]
  /** Remarks for the person who reads this: weights that were changed to fit a rule, peers trained one by one, … */
  readonly notes?: readonly string[]
  /** Distances between peers in the end, ‖x_i − x_j‖; those of some peers, where there are many. */
  readonly pairwise?: { readonly peers: readonly number[]; readonly distances: readonly (readonly number[])[] }
  /** The reason why the run ended before its time, where it did: the result is valid as far as it goes. */
  readonly partial?:
    | { readonly reason: 'interrupted' }
    | { readonly reason: 'diverged'; readonly round: number; readonly peer: string }
  /** The only part that may differ between two simulations with one seed. */
  readonly timing: {
    readonly wallSeconds: number
    /** Seconds in which peers train, talk and merge. The matrix engine counts neither evaluations nor what comes before and after. */
    readonly secondsInRounds: number
    /** Local steps of all peers together, over `secondsInRounds`. */
    readonly peerStepsPerSecond: number
    readonly peakRssBytes: number
  }
}
