import type { Vector } from '../../parameters/vectors.ts'
import type { Random } from '../../random/random.ts'
import type { WeightedVector } from '../aggregator.ts'

/** What a Byzantine peer knows when it forges what it tells one receiver: everything that is said in the round. */
export interface AttackView {
  /** What it would say were it honest. */
  readonly own: Vector
  /** What the receiver says. */
  readonly receiver: Vector
  /** What the receiver's honest neighbours say to it, with their weights; perhaps none. */
  readonly honest: readonly WeightedVector[]
  /** Byzantine neighbours of the receiver, this one among them, and the sum of their weights. */
  readonly byzantine: { readonly count: number; readonly weight: number }
  /** Of the attackers; the same for all that attack this receiver in this round. */
  readonly random: Random
}

/** How a Byzantine peer lies. It may lie to each receiver in another way. */
export interface Attack {
  readonly name: string
  /** Writes what the receiver is told. Undefined for an attack on the data alone, whose messages are as training makes them. */
  readonly forge?: (view: AttackView, out: Vector) => void
  /** What a sample of this class is said to be, where the attack is on the data. */
  readonly relabel?: (label: number, classes: number) => number
}
