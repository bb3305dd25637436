import type { TrainerState } from '../training/trainer.ts'
import type { Difference } from './difference.ts'
import type { PeerId } from './ports.ts'

/** An exchange that this peer decides: what of it is decided and applied here, and not known to be applied there. */
export interface Decision {
  readonly id: string
  readonly partner: PeerId
  /** Frames that are decided, from the first one. */
  readonly frames: number
}

/** A frame of an exchange that this peer prepared and whose initiator has not told the outcome yet. */
export interface Doubt extends Difference {
  readonly id: string
  /** The initiator, who decides. */
  readonly partner: PeerId
  /** Which of the exchange's frames it is, from 0. */
  readonly frame: number
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
