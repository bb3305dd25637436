import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Trainer } from '../trainer.ts'
import type { TrainerOptions } from '../trainer-options.ts'

/** TensorFlow.js as an argument: to read the name of a model, a process need not load it. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core')
export type Layers = typeof import('@tensorflow/tfjs-layers')

/** All that a model is made from. Models in files are given the same. */
export interface ModelRequest {
  readonly tf: TensorFlow
  readonly layers: Layers
  /** Shape of one sample. */
  readonly shape: readonly number[]
  /** 0 of a regression. */
  readonly classes: number
  /** Numbers that the last layer gives: a logit for each class, or the values of a regression. */
  readonly outputs: number
  /** Seed of the initial parameters. */
  readonly seed: number | string
}

/** One of the files that a model is made from. */
export interface ModelFilePart {
  readonly path: string
  /** Bytes that it has at most; no more are read. */
  readonly bytes: number
}

/** One model of a family, chosen by its argument. */
export interface Model {
  /** The name that {@link ModelFamily.parse} would read again: `mlp:64`. */
  readonly name: string
  /**
   * Why it cannot be trained on samples of this shape, as the end of a sentence that begins with the model and the
   * shape; undefined where it can. Of models in files nothing is known before they are made.
   *
   * @param sequences whether the samples are sequences, with a label at each position; absent where nobody knows
   */
  misfit?(shape: readonly number[], sequences?: boolean): string | undefined
  /** The files that it is made from, in an order that is always the same. Absent where the name says all. */
  files?(): Promise<readonly ModelFilePart[]>
  /** A trainer of its own in place of TensorFlow.js; undefined where it turns out to have none. */
  createTrainer?(options: TrainerOptions): Promise<Trainer | undefined>
  /**
   * A model from `[batch, …shape]` to logits or values, `[batch, outputs]`, or `[batch, positions, outputs]` for sequences. Each
   * of its layers has a name of its own: it is the name of the tensors in the layout.
   */
  build(request: ModelRequest): Promise<LayersModel>
}

/** Models that share a name and differ by what follows its colon. A new family is a file, a line in `models.ts`, and one in the catalogue. */
export interface ModelFamily {
  /**
   * @param argument what follows the colon, undefined without one
   * @returns undefined where the argument is not understood
   */
  parse(argument: string | undefined): Model | undefined
}
