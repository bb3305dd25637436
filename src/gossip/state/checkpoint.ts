import type { TrainerState } from '../../training/trainer.ts'
import type { PeerId } from '../peer-id.ts'
import type { ContributionState } from './contribution.ts'
import type { Difference } from './difference.ts'

/** How a peer came to what it has sealed. */
export interface SealedAs {
  /** Living members that had chosen it, this peer among them. */
  readonly members: number
  /** Own steps that are not known to be in it. */
  readonly leftOut: number
  /** Whether it was sealed before this peer had a part in choosing it. */
  readonly adopted: boolean
}

/** An exchange that this peer decides: its frames that are decided and applied here, and not known to be applied there. */
export interface Decision {
  readonly id: string
  readonly partner: PeerId
  /** Frames that are decided, from the first one. */
  readonly frames: number
  /**
   * What was added here for the last of them, in order: for those at least that the other side may not have applied. It is taken back where
   * the other side says that it never will. Not there where that can no longer be, and in a state of before there was that.
   */
  readonly added?: readonly Difference[]
}

/** An exchange of which this peer, who prepared it, has applied so many frames and given up the rest; its initiator has not acknowledged that. */
export interface Abort {
  readonly id: string
  /** The initiator, who is to take back what it has decided beyond these. */
  readonly partner: PeerId
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

/** Which generation of its recipe's swarms a peer belongs to, where that is not the first. */
export interface Generation {
  /** Sealed parameters' hashes of the generations before, in order. */
  readonly seals: readonly string[]
  /** Own steps that this peer trains in it at least. */
  readonly steps: number
}

/** Everything a peer needs to go on after a crash as if nothing had happened. */
export interface Checkpoint {
  /** The recipe's hash; of a later generation, what `library/generation.ts` makes of it. */
  readonly swarm: string
  readonly generation?: Generation
  readonly peer: PeerId
  /** Largest announcement sequence used so far. */
  readonly sequence: number
  readonly step: number
  readonly age: number
  /** The hash on which the swarm sealed, where it did. */
  readonly sealed: string | undefined
  /** How this peer came to that; unknown of a state of version 0.1, which may have been sealed by one peer alone. */
  readonly sealedAs?: SealedAs
  /** The peer's share in the swarm; of a state of version 0.1 its steps are all that is known. */
  readonly contribution?: ContributionState
  /**
   * Set where a damaged file took entries of exchanges with it: of what others hold open with this peer it may know nothing. See
   * `exchange/settlement.ts`.
   */
  readonly lostExchanges?: true
  readonly random: readonly number[]
  /** `[parameters]` */
  readonly parameters: Float32Array
  readonly decisions: readonly Decision[]
  readonly doubts: readonly Doubt[]
  /** Absent from a state of before there were any. */
  readonly aborts?: readonly Abort[]
  readonly trainer: TrainerState
}
