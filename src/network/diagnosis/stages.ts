/** The stages on the way to a peer, in their order. */
export const STAGES = ['name', 'route', 'port', 'noise', 'protocol', 'membership', 'recipe'] as const

/** A stage on the way to a peer. */
export type StageName = (typeof STAGES)[number]

/** What a stage can fail of. */
export type StageFailure =
  /** The DNS does not know the name, or nobody answers for it. */
  | 'no name'
  /** This machine has no way to such an address. */
  | 'no route'
  /** The machine is there, and nobody listens on the port. */
  | 'refused'
  /** Nothing comes back. */
  | 'silent'
  /** A router says that the machine cannot be reached. */
  | 'unreachable'
  /** The connection ends before a handshake does. */
  | 'closed'
  /** Something else listens there. */
  | 'other program'
  /** Another peer than the address names. */
  | 'other peer'
  /** A program of libp2p that knows nothing of hearsay, or a hearsay that is too old. */
  | 'no hearsay'
  | 'other version'
  /** This peer has nothing that would let it in. */
  | 'no pass'
  /** The peer there does not let this one in. */
  | 'refused there'
  /** This peer does not let the one there in. */
  | 'refused here'
  | 'other recipe'

/** A stage that was tried. */
export interface Stage {
  readonly name: StageName
  /** What it fails of; undefined where it does not. */
  readonly failure?: StageFailure
  /** The finding, for people. */
  readonly found: string
}
