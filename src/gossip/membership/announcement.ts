import type { Phase } from '../phase.ts'

/** The state of a peer that it tells everybody, about once a second; in a large swarm less often. */
export interface Announcement extends Word, Portrait {}

/** What every announcement says. */
export interface Word {
  /** Grows with every announcement of a peer, over restarts too: the larger one is the newer. */
  readonly sequence: number
  /** The usual time from one announcement of this peer to its next, in whole milliseconds: by that others know when it has fallen silent. */
  readonly every: number
  readonly phase: Phase
  /** The run's step, as its schedule counts. */
  readonly step: number
  readonly age: number
  /** Local steps that this peer has trained on its own data. */
  readonly ownSteps: number
  /** Whether it has data of its own to train on. */
  readonly hasData: boolean
  /** Whether it counts as many members as the recipe asks for before anybody trains, or has begun before. */
  readonly ready: boolean
  /** Whether it has trained all that it is to train at least; it may train on for others. */
  readonly done: boolean
  /** With how many distinct others it has averaged: of how many peers its parameters come, but for one. */
  readonly partners: number
  /**
   * The usual duration of an interval of training, the averaging after it aside, in milliseconds, as a float32; unknown before a few were
   * measured.
   */
  readonly interval?: number
  /** The usual duration of a local step, in milliseconds, as a float32; unknown before a few intervals were measured. */
  readonly pace?: number
  /** The run's times, once the peer has begun: since when the swarm trains, and how long half of those that began took, in whole milliseconds. */
  readonly run?: {
    readonly elapsed: number
    /** Whether it was there when the training began. */
    readonly founder: boolean
    readonly halfTime?: number
  }
  /** While sealing and after: the hash of the vector that this peer takes for the swarm's. */
  readonly choice?: string
  /** The hash of a vector that was proposed and lies too far from this peer's own. */
  readonly refuses?: string
}

/** What an announcement leaves out where others know it: most of its bytes, and often as they were. */
export interface Portrait {
  /** A sketch of its parameters. */
  readonly sketch: Float32Array
  readonly addresses: readonly string[]
}

/** An announcement as it travels: without the portrait, that of the last one which had it stands. */
export type Told = Announcement | (Word & { readonly [Field in keyof Portrait]?: undefined })

/**
 * @param known what its peer had announced before
 * @returns undefined of a peer whose portrait has not been seen: it shows it again soon, and at once where it meets somebody
 */
export function completed(told: Told, known: Portrait | undefined): Announcement | undefined {
  if (told.sketch !== undefined) return told
  return known && { ...told, sketch: known.sketch, addresses: known.addresses }
}
