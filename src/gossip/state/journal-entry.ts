import type { PeerId } from '../peer-id.ts'
import type { Difference } from './difference.ts'

/** Initiator: the exchange is decided up to this frame, whose difference is added. */
export interface Decided extends Difference {
  readonly type: 'decided'
  readonly id: string
  readonly partner: PeerId
  /** Frames of the exchange that are decided, this one included. */
  readonly frames: number
}

/** Responder: whether this difference will be added is for the partner to decide. */
export interface Prepared extends Difference {
  readonly type: 'prepared'
  readonly id: string
  readonly partner: PeerId
  /** Which frame of the exchange it is, from 0. */
  readonly frame: number
}

/** Responder: the differences of the frames before this one are added. */
export interface Applied {
  readonly type: 'applied'
  readonly id: string
  readonly partner: PeerId
  readonly frames: number
}

/** Responder: so many frames are applied, and the others, which stay in doubt because the partner settles nothing, are given up. */
export interface Aborted {
  readonly type: 'aborted'
  readonly id: string
  readonly partner: PeerId
  readonly frames: number
}

/** Initiator: the partner has applied so many frames and will apply no other, so what was added for those is taken back. */
export interface Returned {
  readonly type: 'returned'
  readonly id: string
  readonly partner: PeerId
  readonly frames: number
}

/** Nothing of the exchange is open any more: its decision is forgotten, or what is still in doubt dropped. */
export interface Closed {
  readonly type: 'closed'
  readonly id: string
  readonly partner: PeerId
  readonly side: 'initiator' | 'responder'
}

/** A line of the journal: what has become of an exchange since the checkpoint. */
export type JournalEntry = Decided | Prepared | Applied | Aborted | Returned | Closed
