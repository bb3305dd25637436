/**
 * What a simulated swarm runs in: what carries it, its network, and who comes, goes, is slow or lies.
 *
 * @packageDocumentation
 */

/**
 * What carries a simulation:
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
  /** What a host sends, to all others together: one thing after the other. Default: any amount at once. */
  readonly host?: number
  /** What one host sends to one other. Default: as much as the host does. */
  readonly link?: number
}

/** Some peers are slower than the others. */
export interface Stragglers {
  /** Of all peers; which, the seed decides. */
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
  /** Of all peers, in the smaller or larger part; which, the seed decides. */
  readonly share: number
}

/** Peers that lie. */
export interface Byzantine {
  /** Of all peers; which, the seed decides. */
  readonly share: number
  /** The name of an attack. */
  readonly attack: string
}
