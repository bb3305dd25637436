import type { Vector } from '../../src/parameters/vectors.ts'
import type { Judgement } from '../judgement.ts'

/**
 * Learning of some peers of a swarm, apart from averaging: the part of the swarm that one thread carries. Methods may
 * answer at once or later; one call at a time.
 */
export interface Learner {
  /** Parameters of a model. */
  readonly parameters: number
  /** In this peer's shard; 1 where there are no samples. */
  samples(peer: number): number
  /** `[parameters]` from which this peer starts. Valid until the next call. */
  start(peer: number): Float32Array | Promise<Float32Array>
  /**
   * Local steps of one peer. Where it diverges, the update has numbers that are not finite.
   *
   * @param parameters `[parameters]`: where it stands
   * @param update `[parameters]`, in the memory that threads share: what training adds goes here
   * @param before steps of the run before these
   */
  train(peer: number, parameters: Vector, update: Float32Array, steps: number, before: number): void | Promise<void>
  /** Undefined where nothing is learned. @param most labels to judge by, at most */
  readonly judge: ((parameters: Vector, most?: number) => Judgement | Promise<Judgement>) | undefined
  stop(): Promise<void>
}
