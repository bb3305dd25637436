import type { PeerId } from './ports.ts'

/**
 * How an exchange ended: everything was averaged on both sides; it was cut, and averaged as far as it had come (`shortened`);
 * something of it is not known to be added, or dropped, on both sides yet (`unsettled`); or nothing was averaged.
 */
export type ExchangeOutcome = 'averaged' | 'shortened' | 'unsettled' | 'refused' | 'failed'

/** What a peer tells the program that runs it, by the name of the event. */
export interface GossipEvents {
  'peer:join': { readonly peer: PeerId }
  'peer:leave': { readonly peer: PeerId }
  /** Some training, evaluated. */
  round: {
    readonly step: number
    readonly age: number
    readonly loss: number
    /** On the test set; null where nothing is classified. */
    readonly accuracy: number | null
    readonly samplesPerSecond: number
    /** Local steps between two exchanges, as of now. */
    readonly localSteps: number
    /** This peer's estimate for the whole swarm; null while it knows nobody. */
    readonly consensusDistance: number | null
    readonly peers: number
    readonly bytesIn: number
    readonly bytesOut: number
  }
  /** Training is over; from here on the peer only averages. */
  trained: { readonly step: number; readonly age: number }
  /** An exchange that this peer began. */
  exchange: {
    readonly peer: PeerId
    /** What its stream carried, both ways. */
    readonly bytes: number
    readonly seconds: number
    /** How parameters travelled. */
    readonly codec: string
    readonly outcome: ExchangeOutcome
  }
  /** With the compression `auto`: what is picked from here on, and why, as a sentence for people. */
  compression: { readonly codec: string; readonly reason: string }
  warning: { readonly message: string }
  /** The swarm has sealed: every peer that says so holds these bytes. */
  consensus: { readonly consensusDistance: number; readonly parametersHash: string }
  /** The peer cannot go on. */
  failed: { readonly error: Error }
}

export type Emit = <Name extends keyof GossipEvents>(name: Name, detail: GossipEvents[Name]) => void
