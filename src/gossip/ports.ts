/**
 * All that the protocol core knows of the world. `network/` and `storage/` drive these ports in real time,
 * `simulations/` drives them on a virtual clock: the core cannot tell which.
 *
 * @packageDocumentation
 */

import type { PeerId } from './peer-id.ts'
import type { Checkpoint } from './state/checkpoint.ts'
import type { JournalEntry } from './state/journal-entry.ts'

export type { Random } from '../random/random.ts'
export type { Evaluation, Trainer, TrainerKind, TrainerState, TrainingUpdate } from '../training/trainer.ts'
export type { PeerId } from './peer-id.ts'

/** Something that takes time, and can be called off. */
export interface AbortOptions {
  readonly signal: AbortSignal
}

/**
 * The purpose of a stream. Members of one swarm speak all of them. `recipe` is also spoken with those who may be told of the recipe without
 * being in the swarm; with strangers nothing is.
 */
export type Channel = 'recipe' | 'exchange' | 'settle' | 'fetch'

/** Where a member was reached. */
export interface Contact {
  readonly peer: PeerId
  /** Of the network's own kind; the newest first. */
  readonly addresses: readonly string[]
}

/** Bytes each way. */
export interface Traffic {
  readonly bytesIn: number
  readonly bytesOut: number
}

/** A reliable, ordered, bidirectional stream of frames to one peer. */
export interface FrameStream {
  readonly peer: PeerId
  /**
   * The machine or router at the other end, as by its IP address: shares are dealt to it as well as to the peer, because one machine may be
   * many peers. Default: each peer is taken for a machine of its own.
   */
  readonly host?: string
  /** Bytes of its frames that have arrived, and that were written, with what a network puts before each to tell its length. */
  readonly traffic: Traffic
  /**
   * Resolves when there is room for the next frame: a slow reader slows its writer. The frame's memory belongs to the
   * stream until the other side is known to have read it: nothing need be copied.
   */
  write(frame: Uint8Array, options: AbortOptions): Promise<void>
  /**
   * The next frame, in memory that is the stream's own: the next read overwrites it. It starts where an array of any type may
   * start. Rejects with `StreamEndedError` when the other side closed, with `ConnectionLostError` when the
   * connection broke or the other side reset the stream, and with `ProtocolError` when what arrives is no frame, or one that is longer
   * than `most`: as soon as its length is known, and before there is memory for it.
   */
  read(options: ReadOptions): Promise<Uint8Array>
  /** Flushes what was written, then ends this side; the other side may still write. */
  close(options: AbortOptions): Promise<void>
  /** Resets both directions, here and there; pending reads and writes reject. Harmless after the end. */
  abort(reason: Error): void
}

export interface ReadOptions extends AbortOptions {
  /** Bytes of the longest frame that is expected. Default: `MAX_FRAME_BYTES`. */
  readonly most?: number
}

/** The verdict on an announcement: deliver and forward, drop silently, or drop and lower the forwarder's score. */
export type Verdict = 'accept' | 'ignore' | 'reject'

/** Callbacks of a network. */
export interface NetworkHandlers {
  /** A peer opened a stream. A rejection resets it. */
  stream(channel: Channel, stream: FrameStream): Promise<void>
  /**
   * An announcement whose signature says it is `from` this peer. Synchronous: it runs before the message is forwarded.
   *
   * @param forwarder the neighbour over whose connection it came, its author or another. Default: nobody knows which
   */
  announcement(from: PeerId, bytes: Uint8Array, forwarder?: PeerId): Verdict
  /** A member is connected: both sides have proved that they are in this swarm. */
  connected(peer: PeerId): void
  /**
   * A peer of another recipe, generation or version has come, which is no stranger otherwise: with it only `recipe` is spoken, so that people
   * learn what is different.
   */
  acquainted(peer: PeerId): void
  /** The last connection to a member has ended. */
  disconnected(peer: PeerId): void
  /** The addresses of this peer have changed: others are to be told soon. Default: nobody is. */
  moved?(): void
}

/**
 * Why a peer cannot be reached from here. `silent`: nothing answers at its addresses, because a router or a firewall stands between, or the
 * machine is off; `refused`: the machine is there, and nothing listens; `unroutable`: no way leads there; `impostor`: another peer answers;
 * `unknown`: it has announced no address that this network can dial; `failed`: anything else.
 */
export type Obstacle = 'silent' | 'refused' | 'unroutable' | 'impostor' | 'unknown' | 'failed'

/** A peer that was dialled in vain. */
export interface Unreached {
  readonly peer: PeerId
  readonly obstacle: Obstacle
  /** The same for people, with what the system says of it. */
  readonly reason: string
  /** Whether it is not dialled for now, so that to open a stream to it fails at once. */
  readonly isResting: boolean
}

/** An address that a person gave, and what came of it. */
export interface TriedAddress {
  readonly address: string
  /** How it went the last time, for people. */
  readonly outcome: string
  /** Whether a member answered. */
  readonly reached: boolean
}

/** A network interface on which others are looked for. */
export interface SearchedInterface {
  readonly name: string
  readonly family: 4 | 6
  /** Whether it leads to this machine alone. Default: no. */
  readonly isInternal?: boolean
  /** Why nobody can be found there; undefined where nothing speaks against it. */
  readonly failure?: string
}

/** What was done to reach others, and to be reached. */
export interface Tried {
  /** Where others can reach this peer. */
  readonly listening: readonly string[]
  /** The interfaces on which others were looked for; undefined where that was not wanted. */
  readonly interfaces?: readonly SearchedInterface[]
  /** The addresses that a person gave. */
  readonly dialled: readonly TriedAddress[]
}

/** The way to the other members. What must hold of one is in `networkCompliance` of `hearsay/testing`. */
export interface Network {
  readonly self: PeerId
  /** Begins to find others and to be found, and tells the handlers of them. */
  start(handlers: NetworkHandlers): Promise<void>
  /** Addresses at which others can reach this peer. */
  addresses(): readonly string[]
  /** Remembers addresses of a peer, so that {@link open} can dial it. Malformed ones are ignored. */
  learn(peer: PeerId, addresses: readonly string[]): void
  /** Forgets what was learned of a peer, which is not expected any more. Its connections, if there are any, stay. Default: it stays known. */
  forget?(peer: PeerId): void
  /**
   * Opens a stream to a member, dialling first where there is no connection; both prove that they are members before anything is said. Who was
   * dialled in vain a moment ago may be let be for a while; then this fails at once.
   */
  open(peer: PeerId, channel: Channel, options: AbortOptions): Promise<FrameStream>
  /** Tells everybody, best effort: it may reach some, or none. */
  publish(announcement: Uint8Array): Promise<void>
  /** Members with an open connection. */
  connections(): readonly PeerId[]
  /**
   * Peers whose last dial was in vain, and that have neither been connected nor said another address since: not whoever was never dialled.
   * Default: none are known, and nobody rests.
   */
  unreached?(): readonly Unreached[]
  /** Closes the connections to a peer and refuses new ones. */
  ban(peer: PeerId): void
  /** Bytes carried since the start, both directions. */
  traffic(): Traffic
  /** What was done to reach others, for a peer that nobody came to. Default: nobody knows */
  tried?(): Tried
  /** Closes all connections and lets go of all sockets. Streams that are open break. */
  stop(): Promise<void>
}

/** The time as the core knows it: real, or that of a simulation. */
export interface Clock {
  /** Milliseconds since the Unix epoch (in a simulation, since its beginning). */
  now(): number
  /** Rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, options: AbortOptions): Promise<void>
  /** Calls back once after a while. @returns a function that cancels it */
  after(milliseconds: number, callback: () => void): () => void
}

/** Keeps one checkpoint, and a journal of what has changed since. */
export interface Storage {
  /** The checkpoint with all that was appended since, as `replay` puts them together. */
  load(): Promise<Checkpoint | undefined>
  /**
   * Replaces the checkpoint atomically, and with it what was appended before this call; when it resolves, the new one survives a
   * crash. Until then the old one does, with all that was appended. Calls are made one at a time.
   */
  save(checkpoint: Checkpoint): Promise<void>
  /**
   * Adds an entry to the journal; when it resolves, the entry and all that were appended before it survive a crash. Calls
   * need not wait for one another, or for a save. The arrays of an entry must keep still until it resolves.
   *
   * Not before a first checkpoint was saved.
   */
  append(entry: JournalEntry): Promise<void>
}
