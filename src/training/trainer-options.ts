import type { Dataset } from '../data/dataset.ts'
import type { Loss } from './losses.ts'
import type { OptimizerSpec } from './optimizers/optimizer-spec.ts'

/** All that a trainer needs to know. It can be cloned, so that it reaches a worker as it is. */
export interface TrainerOptions {
  /** The model, by a name that {@link parseModel} reads: `linear`, `mlp:64`, … */
  readonly model: string
  readonly optimizer: OptimizerSpec
  /** Samples per step. */
  readonly batch: number
  /** What a wrong value costs, in a regression. Default: its square. */
  readonly loss?: Loss
  /**
   * `[classes]`: how much samples of each class count in the training loss; of a classification. May be shared, and change later: see
   * `createSharedWeights`. Default: all alike.
   */
  readonly classWeights?: Float64Array
  /** Seed of the initial parameters: the swarm's. */
  readonly seed: number | string
  /** `[elements of the whole model]` to begin from, as `Trainer.begin` takes them. Default: what the seed, or the model's file, gives. */
  readonly weights?: Float32Array
  /** Seed of the order in which samples are drawn: the peer's own. */
  readonly shardSeed: number | string
  /** Samples to train on. */
  readonly shard: Dataset
  /** Samples to evaluate on. */
  readonly test: Dataset
  /** The backend, by a name that {@link parseBackend} reads: `wasm`, `cpu`, … */
  readonly backend: string
  /** The index of the backend's GPU, counted from 0. Default: the one that it prefers. */
  readonly gpu?: number
  /** Threads that may compute, of trainers that share a step out: the same bits on any number. Default: 1. */
  readonly threads?: number
}
