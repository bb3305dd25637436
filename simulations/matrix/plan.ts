/**
 * The plan that the threads of one run share. It crosses to them by cloning: whatever is large is in shared memory.
 *
 * @packageDocumentation
 */

import type { AveragingRule } from '../../src/averaging/rule.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import type { FrozenPart } from '../../src/parameters/frozen.ts'
import type { Recipe } from '../../src/recipe/recipe.ts'
import type { SentError } from '../../src/training/remote/sent-error.ts'
import type { PlacedSamples } from '../../src/training/stacked/placed-samples.ts'
import type { TestCounts } from '../../src/worth/counts.ts'
import type { ChurnEvent } from '../environment.ts'
import type { RoundResult } from '../result.ts'
import type { Quadratics } from '../tasks/quadratic.ts'
import type { Pace } from './round-clock.ts'

/** The task that the swarm learns. */
export type TaskPlan = TaskKind & {
  /** Length of a model's parameters. */
  readonly parameters: number
}

type TaskKind =
  | { readonly kind: 'consensus'; readonly init: 'normal' | 'spread' }
  | { readonly kind: 'quadratic'; readonly quadratics: Quadratics }
  | { readonly kind: 'mean-estimation'; readonly mean: Float64Array }
  | DataTask

/** A task that is learned from samples. */
export type DataTask =
  | {
      readonly kind: 'stacked'
      readonly model: Pick<Recipe['model'], 'name' | 'shape' | 'classes' | 'outputs'>
      /** `[peers]` */
      readonly shards: readonly PlacedSamples[]
      readonly test: PlacedSamples
      /** `[parameters]`: where everybody starts. */
      readonly initial: Float32Array
    }
  | {
      readonly kind: 'one-by-one'
      /** `[peers]` */
      readonly shards: readonly Dataset[]
      readonly test: Dataset
      readonly backend: string
      /** `[elements of the whole model]`, shared: where everybody starts, if not where the recipe's seed has them. */
      readonly weights: Float32Array | undefined
      /** The part of the model that is frozen, where there is one. */
      readonly frozen: FrozenPart | undefined
      /** `[classes]`: how much samples of each count, where not all count alike. */
      readonly classWeights?: Float64Array
      /** Why peers are not stacked. */
      readonly reason: string
    }

export interface Plan {
  readonly recipe: Recipe
  /** The recipe's hash. */
  readonly swarm: string
  /** Content of the file that the topology names, where it names one. */
  readonly edges: string | undefined
  /** The rule that the recipe names, where it is the caller's own: functions, which cross to no thread, so there is but one. */
  readonly rule: AveragingRule | undefined
  readonly peers: number
  readonly seed: number
  readonly task: TaskPlan
  /** Local steps of a round; 0 where nothing is trained. */
  readonly localSteps: number
  /** Local steps of the whole run. */
  readonly steps: number
  /** How many rounds there are, at most. */
  readonly rounds: number
  /** The run ends before, at an evaluation that finds peers so close. */
  readonly target: number | undefined
  readonly evaluateEvery: number
  /** Whether the mixing is J, so that everybody's mean will do. */
  readonly throughMean: boolean
  readonly loss: number
  readonly churn: number | readonly ChurnEvent[] | undefined
  /** The byzantine peers, ascending. */
  readonly byzantine: { readonly peers: readonly number[]; readonly attack: string } | undefined
  readonly pace: Pace
  /** Peers of each thread: those from `blocks[w]` up to, not including, `blocks[w + 1]`. */
  readonly blocks: readonly number[]
}

/** Words of {@link SharedTables.control}. */
export const CONTROL = {
  /** Two words: see barrier.ts. */
  barrier: 0,
  /** Not 0 once the run is to end with this round. */
  interrupted: 2,
  /** The address of messages, in units of 16 bytes. */
  messages: 3,
  /** Two words for each thread, for even and odd rounds: why the run ends after this round, 0 where it goes on. */
  verdicts: 4,
} as const

/** Tables that all threads see, in the shared memory. */
export interface SharedTables {
  readonly memory: WebAssembly.Memory
  readonly control: Int32Array
  /** `[peers]`: addresses of the parameters that peers would be judged by. */
  readonly estimates: Float64Array
  /** `[parameters]`: x̄ of the honest, at the last evaluation. */
  readonly mean: Float64Array
  /** `[peers]`, at the last evaluation: ‖x_i − x̄‖², loss, accuracy, and errors of a regression; NaN where there is none. */
  readonly squaredDistance: Float64Array
  readonly loss: Float64Array
  readonly accuracy: Float64Array
  readonly r2: Float64Array
  readonly rmse: Float64Array
  readonly mae: Float64Array
  /** `[peers]`: ‖x_i‖ of a peer that has diverged, when that was found. */
  readonly norm: Float64Array
  /** `[peers]`: since the start. */
  readonly bytesIn: Float64Array
  readonly bytesOut: Float64Array
  readonly messagesOut: Float64Array
  readonly merges: Float64Array
  /** `[peers]`: samples in the shard. */
  readonly samples: Float64Array
}

/** The data that a thread is started with. */
export interface ThreadStart {
  readonly plan: Plan
  readonly tables: SharedTables
  /** The index of this thread. */
  readonly thread: number
  /** Whether every thread has a processor to itself. */
  readonly spins: boolean
}

/** Messages of threads to the one that has started them; the first alone reports rounds. */
export type ThreadReport =
  | { readonly kind: 'round'; readonly round: RoundResult }
  | {
      readonly kind: 'done'
      readonly ending: Ending
      /** Real time in rounds, without evaluations. */
      readonly roundSeconds: number
      /** Local steps of all of the thread's peers. */
      readonly trained: number
      /** Test results of x̄, of the first thread alone; undefined where nothing is counted, or it has diverged. */
      readonly counts: TestCounts | undefined
    }
  | { readonly kind: 'failed'; readonly error: SentError }

export type Ending =
  | { readonly reason: 'complete' }
  | { readonly reason: 'interrupted' }
  | { readonly reason: 'diverged'; readonly round: number; readonly peer: number; readonly norm: number }
