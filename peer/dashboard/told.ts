/**
 * What a dashboard's server tells its page. Types only, since the page runs in a browser.
 *
 * @packageDocumentation
 */

/** All that is known, told to a page when it opens and whenever it has lost the thread. */
export interface Whole {
  readonly what: 'peer' | 'swarm' | 'simulation'
  /** What goes on along the curves: seconds since the dashboard was opened, or the rounds of a simulation. */
  readonly unit: 'seconds' | 'rounds'
  /** What is looked at, such as `peer …a1b2c3`. */
  readonly title: string
  readonly recipe: object
  /** What does not change, for people: a name and a value each. */
  readonly facts: readonly (readonly [name: string, value: string])[]
  /** Whether it is known who exchanges with whom. */
  readonly tellsExchanges: boolean
  readonly now: Now
  readonly series: Readonly<Record<string, readonly Point[]>>
  readonly log: readonly LogLine[]
  /** Whether this page may stop what it looks at: it was opened with the token. */
  readonly mayStop: boolean
}

/** How it was at a moment, as far as it is kept; without lines that were idle, where there were many. */
export type Frame = Pick<Now, 'at' | 'phase' | 'seal' | 'steps' | 'nodes' | 'links' | 'target'>

/** The state at a moment, told whole each time. */
export interface Now {
  /** In the unit of the whole. */
  readonly at: number
  readonly phase: RunPhase
  /** The hash on which the swarm has sealed. */
  readonly seal: string | null
  /** What is waited for, as the terminal says it. */
  readonly waiting: string | null
  /** How others join, and the lines to paste for it. */
  readonly joining: { readonly how: string; readonly lines: readonly string[] } | null
  /** The step, of a swarm that of its slowest peer, and those asked for; null before anything is known. */
  readonly steps: { readonly done: number; readonly asked: number } | null
  readonly nodes: readonly Node[]
  readonly links: readonly Link[]
  readonly neighbours: readonly Neighbour[]
  /** Members beside those that are told. */
  readonly more: number
  /** The distance at which the swarm agrees. */
  readonly target: number | null
  /** When and where it diverged, and what may help. */
  readonly diverged: string | null
  /** What is to be said of the lines between peers: why some are missing, or what they are. */
  readonly aside: string | null
}

export type RunPhase = 'starting' | 'waiting' | 'training' | 'averaging' | 'sealing' | 'sealed' | 'ended' | 'diverged'

/** A peer in the graph. */
export interface Node {
  readonly id: string
  readonly name: string
  /** Whether it is the one that is looked at. */
  readonly isSelf: boolean
  readonly phase: string
  /** How far its parameters are from the mean, relative to it; null where nobody knows. */
  readonly distance: number | null
  /** Samples that it has learned from. */
  readonly samples: number
}

/** What is between two peers. */
export interface Link {
  readonly from: string
  readonly to: string
  /** What ties them: a connection; only the topology, by which they may average; or nothing but that they have exchanged. */
  readonly by: 'connection' | 'topology' | 'exchange'
  /** Whether the two exchange, or have since the last time this was told. */
  readonly exchanges: boolean
}

/** What two peers have to do with each other, as one of them sees it; of a swarm what one has to do with all the others. */
export interface Neighbour {
  readonly id: string
  readonly name: string
  readonly phase: string
  readonly step: number
  /** How it is reached, in a word or two. */
  readonly connection: string
  readonly distance: number | null
  /** Exchanges that came to their end, whoever began them, and those of which one side does not know yet how far they went. */
  readonly exchanges: number
  readonly unsettled: number
  /** Exchanges with it in which it was farther away than is usual; of a swarm's peer, those of its own that counted for less. */
  readonly clipped: number
  /** By how much less than others it may move this peer, from 1 down; of a swarm's peer the least that it may move another. */
  readonly trust: number
  /** Of the exchanges that this peer began: bytes both ways; those of which nothing was averaged. */
  readonly bytes: number
  readonly broken: number
  /** The last of them; null where there was none. */
  readonly last: { readonly outcome: string; readonly codec: string; readonly seconds: number } | null
}

/** A moment, in the unit of the whole, and a figure. */
export type Point = readonly [at: number, value: number]

/** Figures that were measured at one time, by the name of their series. */
export interface Measured {
  readonly at: number
  readonly figures: Readonly<Record<string, number>>
}

export interface LogLine {
  /** Milliseconds since the Unix epoch. */
  readonly time: number
  /** `line` for people, `warning`, a `command` to paste, or a `result` of several lines. */
  readonly kind: 'line' | 'warning' | 'command' | 'result'
  readonly text: string
}
