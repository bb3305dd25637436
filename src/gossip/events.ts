import type { ValueErrors } from '../training/trainer.ts'
import type { PeerId, Unreached } from './ports.ts'

/**
 * How an exchange ended: everything was averaged on both sides; it was cut, and averaged as far as it had come (`shortened`);
 * something of it is not known to be added, or dropped, on both sides yet (`unsettled`); or nothing was averaged.
 */
export type ExchangeOutcome = 'averaged' | 'shortened' | 'unsettled' | 'refused' | 'failed'

/** The events by which a peer informs the program that runs it. */
export interface GossipEvents {
  'peer:join': { readonly peer: PeerId }
  'peer:leave': { readonly peer: PeerId }
  /**
   * The first local step has to wait; at once, and again every ten seconds. `members`: until as many peers with data are there as the
   * recipe asks for. `contact`: nobody has been met at the addresses that the peer was told to connect to. `weights`: nobody has given this peer
   * the weights that the recipe begins from, and it was not given them either.
   */
  waiting: {
    readonly for: 'members' | 'contact' | 'weights'
    /** Members with data that are there, this peer among them; while it waits for weights, without it. */
    readonly present: number
    /** So many are needed. */
    readonly minimum: number
    /** Addresses at which others can connect to this peer. */
    readonly connect: readonly string[]
  }
  /** Some training, evaluated on the test set: of a regression with its errors, in the units of the data. */
  round: Partial<ValueErrors> & {
    readonly step: number
    readonly age: number
    readonly loss: number
    /** Null where nothing is classified. */
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
    /** Bytes that its stream carried, both ways. */
    readonly bytes: number
    readonly seconds: number
    /** How parameters travelled. */
    readonly codec: string
    readonly outcome: ExchangeOutcome
  }
  /**
   * Exchanges with this peer count for less, because it is farther away than the others are; at most once a minute of each. Honest peers are
   * told of now and then, where their data are very different.
   */
  clipped: {
    readonly peer: PeerId
    /** What was seen of it last, as `membership/conduct.ts` says. */
    readonly fault: 'far' | 'clipped' | 'false-sketch'
    /** Of the two models in the last of them. */
    readonly distance: number
    /** The distance that is usual here. */
    readonly usual: number
    /** How many more there were since it was told of last. */
    readonly exchanges: number
    /** By how much less this peer lets it count from now on: 1, or less where it was far away again and again. */
    readonly trust: number
  }
  /** With the compression `auto`: what is picked from here on, and why, as a sentence for people. */
  compression: { readonly codec: string; readonly reason: string }
  warning: { readonly message: string }
  /**
   * Peers of the swarm that are heard of through others cannot be reached from here, nor have they come by themselves, for a quarter of a minute
   * by now. Told of each peer once, and at most once a minute; this peer averages with them through others.
   */
  unreachable: {
    /** All that cannot be reached now, those that were told of before among them. */
    readonly peers: readonly (Pick<Unreached, 'peer' | 'obstacle'> & {
      /** For people, with what the system says. */
      readonly reason: string
    })[]
    /** Other peers that are there: members, and those that are heard of. */
    readonly of: number
  }
  /** The swarm has sealed: every peer that says so holds these bytes. Never said of one peer alone. */
  consensus: {
    /** The estimate of this peer. */
    readonly consensusDistance: number
    readonly parametersHash: string
    /** Living members, this peer among them, that have chosen these bytes. */
    readonly members: number
    /** Exchanges that this peer took part in. */
    readonly exchanges: number
  }
  /** Everybody that was met has been gone for a while, or nobody ever came: there is no swarm to agree with. */
  alone: Record<string, never>
  /** The peer cannot go on. */
  failed: { readonly error: Error }
}

export type Emit = <Name extends keyof GossipEvents>(name: Name, detail: GossipEvents[Name]) => void

/** The events by which the parts of a peer inform one another, beside those for the program that runs it. */
interface InternalEvents {
  /** Something that others wait for has changed: they are to be told at once. */
  changed: Record<string, never>
  /** Something has changed that others are to be told, and do not wait for. */
  news: Record<string, never>
  /** An exchange, a settlement or a stream of another's has ended, whatever became of it. */
  contact: Record<string, never>
  /** The swarm's parameters, or the vector that it begins from, were taken in place of this peer's own. */
  replaced: Record<string, never>
  /** Somebody is there that was not before, or is connected: it may know nothing of this peer. */
  met: Record<string, never>
  /** One that had been introduced was reached, or nobody that was is waited for any more. */
  introduced: Record<string, never>
}

type CoreEvents = GossipEvents & InternalEvents

const INTERNAL: ReadonlySet<keyof CoreEvents> = new Set<keyof InternalEvents>([
  'changed',
  'news',
  'met',
  'contact',
  'replaced',
  'introduced',
])

/** The one way in which a part of a peer notifies parts that are built after it. */
export interface Events {
  emit<Name extends keyof CoreEvents>(name: Name, detail: CoreEvents[Name]): void
  /** Listeners are called at once, in the order in which they were added. */
  on<Name extends keyof InternalEvents>(name: Name, listener: () => void): void
}

/** @param tell receives all that is for the program that runs the peer */
export function createEvents(tell: Emit): Events {
  const listeners = new Map<keyof CoreEvents, (() => void)[]>()
  return {
    emit(name, detail) {
      if (INTERNAL.has(name)) for (const listener of listeners.get(name) ?? []) listener()
      else tell(name as keyof GossipEvents, detail as GossipEvents[keyof GossipEvents])
    },
    on(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener])
    },
  }
}
