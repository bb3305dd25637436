import type { Replica } from '../state/replica.ts'

/** The contribution of one side to an exchange. */
export interface Terms {
  /** The largest weight with which it can take part; that of the exchange is the smaller one of both sides. */
  readonly weight: () => number
  /**
   * The values that are averaged; asked for once, when the partner has agreed. A live snapshot sends each frame as it is when its turn
   * comes.
   */
  readonly snapshot: () => Float32Array
  /** Own steps that are in it. */
  readonly steps: number
}

/** @param parameters those of the replica, or a copy of what they are now */
export function termsNow(replica: Replica, weight: () => number, parameters: Float32Array): Terms {
  return { weight, snapshot: () => parameters, steps: replica.contribution.ownSteps() }
}
