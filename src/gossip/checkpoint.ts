import type { TrainerState } from '../training/trainer.ts'
import type { PeerId } from './ports.ts'

/** An exchange that this peer decided and applied, and whose partner has not said so yet. */
export interface Decision {
  readonly id: string
  readonly partner: PeerId
}

/** An exchange that this peer prepared and whose initiator has not told the outcome yet. */
export interface Doubt {
  readonly id: string
  /** The initiator, who decides. */
  readonly partner: PeerId
  /** `[parameters]`: what is added if the initiator committed. */
  readonly difference: Float32Array
}

/** Everything a peer needs to go on after a crash as if nothing had happened. */
export interface Checkpoint {
  /** The recipe's hash. */
  readonly swarm: string
  readonly peer: PeerId
  /** Largest announcement sequence used so far. */
  readonly sequence: number
  readonly step: number
  readonly age: number
  /** The hash on which the swarm sealed, where it did. */
  readonly sealed: string | undefined
  readonly random: readonly number[]
  /** `[parameters]` */
  readonly parameters: Float32Array
  readonly decisions: readonly Decision[]
  readonly doubts: readonly Doubt[]
  readonly trainer: TrainerState
}
