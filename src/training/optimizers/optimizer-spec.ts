import type { ScheduleSpec } from './schedule.ts'

/** An optimizer, and how large its steps are. */
export type OptimizerSpec = SgdSpec | AdamSpec

interface AnyOptimizerSpec {
  readonly learningRate: number
  /** How the learning rate changes. Default: it stays as it is. */
  readonly schedule?: ScheduleSpec
  /** λ, how fast weights shrink; see {@link createOptimizer}. Default: 0. */
  readonly weightDecay?: number
  /** Gradients whose Euclidean norm, over all variables, is larger are scaled down to it. Default: none are. */
  readonly clipNorm?: number
}

interface SgdSpec extends AnyOptimizerSpec {
  readonly name: 'sgd'
  /** In [0, 1); 0 is plain stochastic gradient descent. */
  readonly momentum: number
}

interface AdamSpec extends AnyOptimizerSpec {
  /** `adamw` differs only in how weights decay. */
  readonly name: 'adam' | 'adamw'
  /** β₂, in [0, 1): how long squared gradients are remembered. Default: 0.999. */
  readonly beta2?: number
}
