import { HearsayError } from '../errors.ts'
import type { FrozenPart } from '../parameters/frozen.ts'
import type { Layout } from '../parameters/layout.ts'
import type { TestCounts } from '../worth/counts.ts'

/**
 * Training has diverged: its parameters are not finite, or far from anything that a model learns. Trainers throw it, and so
 * do callers that check what a trainer gave back.
 */
export class TrainingDivergedError extends HearsayError {
  override readonly name = 'TrainingDivergedError'
}

/** The result of one call of {@link Trainer.train}. */
export interface TrainingUpdate {
  /**
   * `[parameters]`: what training added, parameters afterwards minus parameters before. A difference and not a vector,
   * because exchanges may have moved the peer's parameters meanwhile. The caller's to keep.
   */
  readonly update: Float32Array
  /** Mean training loss over these steps. */
  readonly loss: number
  /** Samples used. */
  readonly samples: number
  readonly seconds: number
}

/** How far the predictions of a regression are from what was measured. Of several outputs the mean of each figure over them. */
export interface ValueErrors {
  /** Root of the mean squared error, in the units of the data. */
  readonly rmse: number
  /** Mean absolute error, in the units of the data. */
  readonly mae: number
  /**
   * R²: 1 less the squared errors over those of one that always says the mean of these very samples. At most 1; below 0 where that would be
   * better. NaN where all samples have one value.
   */
  readonly r2: number
  /** The figures of each output, in their order, where there are several. */
  readonly perTarget?: readonly Omit<ValueErrors, 'perTarget'>[]
}

/** How good parameters are; of a regression with {@link ValueErrors}. */
export interface Evaluation extends Partial<ValueErrors> {
  /** Mean loss; of a regression in standardised units. */
  readonly loss: number
  /** Share of the test samples classified correctly, in [0, 1]; NaN where nothing is classified. */
  readonly accuracy: number
  /** Test samples that it is judged by. */
  readonly samples: number
}

/** The figures of a regression alone; none where there are none. */
export function valueErrorsOf({ rmse, mae, r2, perTarget }: Partial<ValueErrors>): Partial<ValueErrors> {
  if (rmse === undefined || mae === undefined || r2 === undefined) return {}
  return { rmse, mae, r2, ...(perTarget && { perTarget }) }
}

/** The state that a trainer carries from step to step (moments, step count, random state), by name. Goes into the checkpoint. */
export interface TrainerState {
  readonly tensors: Readonly<Record<string, Float32Array>>
  readonly metadata: Readonly<Record<string, string>>
}

/** Whose program makes the steps: hearsay's own kernels from end to end, or TensorFlow.js, operation by operation. */
export type TrainerKind = 'fused' | 'tensorflow'

/**
 * Turns parameters and a shard into better parameters. The port through which gossip sees learning. Calls may overlap;
 * they are carried out one after the other, in the order in which they were made, and read the parameters they are given
 * when their turn comes. Those whose turn had not come when the trainer was stopped reject with `TrainerStoppedError`;
 * one whose worker died rejects every call with `TrainerDiedError`.
 */
export interface Trainer {
  /** Of what moves: a model's frozen tensors are not among the parameters. */
  readonly layout: Layout
  /** The part of the model that never changes; absent where all of it moves. */
  readonly frozen?: FrozenPart
  /** Name of what computes: `wasm`, `cpu`, … */
  readonly backend: string
  /** Whose program makes the steps; absent of a trainer that a module brings. */
  readonly kind?: TrainerKind
  /** Threads that make its steps. Default: 1, or nobody knows. */
  readonly threads?: number
  /** Samples in the shard. */
  readonly samples: number
  /** The recipe's initial parameters: the same for every peer of a swarm. */
  initial(): Promise<Float32Array>
  /**
   * Begins from these weights instead, frozen ones included: {@link initial} gives what moves of them from then on. Before anything is
   * trained. A trainer without it has no frozen part, and begins from any vector of its layout.
   *
   * @param weights `[elements of the whole model]`, as TensorFlow.js has them: variances, and not the second moments of parameters
   */
  begin?(weights: Float32Array): Promise<void>
  /**
   * Runs `steps` local steps from `parameters`, which it does not change.
   *
   * @param before steps of the run that came before these, where that is not how many this trainer has done: a latecomer
   *   begins in the middle of the run's schedule of learning rates
   */
  train(parameters: Float32Array, steps: number, before?: number): Promise<TrainingUpdate>
  /**
   * Loss and accuracy, or of a regression errors, on the test set.
   *
   * @param most labels to judge by, at most: of a larger test set a part is taken, evenly spread
   */
  evaluate(parameters: Float32Array, most?: number): Promise<Evaluation>
  /**
   * What parameters make of all test samples, in whole numbers that add up with those of others. A trainer without it can be evaluated, and has no
   * part when the members of a swarm judge their common model together.
   */
  judge?(parameters: Float32Array): Promise<TestCounts>
  /** What it carries from step to step, for a checkpoint. */
  state(): Promise<TrainerState>
  /** Goes on from what `state()` gave. Rejects where it is not of such a trainer. */
  restore(state: TrainerState): Promise<void>
  /** Frees what it holds: threads, memory. Calls whose turn had not come reject with `TrainerStoppedError`. */
  stop(): Promise<void>
}
