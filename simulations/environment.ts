/**
 * The environment of a simulated swarm: its engine, its network, and its churn, stragglers and byzantine peers.
 *
 * @packageDocumentation
 */

/**
 * The engine of a simulation:
 *
 * - `matrix`: synchronous rounds over stacked parameters; every rule and topology, thousands of peers;
 * - `virtual`: the deployed core on a virtual network and clock;
 * - `libp2p`: the deployed core over real sockets of this machine.
 */
export type EngineName = 'matrix' | 'virtual' | 'libp2p'

/** One peer leaves or comes back. Until its first event, a peer is there. */
export interface ChurnEvent {
  /** Seconds since the start; in the matrix engine rounds, from 1. */
  readonly time: number
  /** From 0. */
  readonly peer: number
  readonly up: boolean
}

/** In Mbit/s. Only sending takes time: a host receives as fast as others send to it. */
export interface Bandwidth {
  /** The rate at which a host sends to all others together, one message after the other. Default: unlimited. */
  readonly host?: number
  /** The rate at which one host sends to one other. Default: the host's. */
  readonly link?: number
}

/** Some peers are slower than the others. */
export interface Stragglers {
  /** The share of all peers that are slower, in (0, 1]; the seed decides which. */
  readonly share: number
  /** A local step takes them so many times longer. Default: 1. */
  readonly training?: number
  /** Their messages take so many times longer, and their bandwidth is so many times smaller. Default: 1. */
  readonly links?: number
}

/** The network falls into two parts between which nothing passes, and heals. */
export interface NetworkSplit {
  /** Seconds since the start. */
  readonly at: number
  readonly until: number
  /** The share of all peers in one of the parts, the smaller or the larger; the seed decides which. */
  readonly share: number
}

/** Byzantine peers, which send what an attack makes of their messages. */
export interface Byzantine {
  /** The share of all peers that are byzantine; the seed decides which. */
  readonly share: number
  /** The name of an attack. */
  readonly attack: string
}
