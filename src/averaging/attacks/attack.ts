import type { Vector } from '../../parameters/vectors.ts'
import type { Random } from '../../random/random.ts'
import type { WeightedVector } from '../aggregator.ts'

/** The knowledge of a Byzantine peer when it forges its message to one receiver: everything that is sent in the round. */
export interface AttackView {
  /** The vector that it would send were it honest. */
  readonly own: Vector
  /** The vector that the receiver sends. */
  readonly receiver: Vector
  /** Vectors that the receiver's honest neighbours send to it, with their weights; perhaps none. */
  readonly honest: readonly WeightedVector[]
  /** Byzantine neighbours of the receiver, this one among them, and the sum of their weights. */
  readonly byzantine: { readonly count: number; readonly weight: number }
  /** Random numbers of the attackers; the same for all that attack this receiver in this round. */
  readonly random: Random
}

/** How a Byzantine peer lies. It may lie to each receiver in another way. */
export interface Attack {
  readonly name: string
  /** Writes what the receiver is told. Undefined for an attack on the data alone, whose messages are as training makes them. */
  readonly forge?: (view: AttackView, out: Vector) => void
  /** The label that a sample of this class gets, where the attack is on the data. */
  readonly relabel?: (label: number, classes: number) => number
}
