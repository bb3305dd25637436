/**
 * A schedule is all that a run of a campaign depends on, as data: a swarm, the network between its members, and what befalls them
 * when. {@link drawSchedule} draws one from a seed; as JSON it can be kept, made smaller, and run again.
 *
 * @packageDocumentation
 */

import { FRAME_FLOATS } from '../../src/parameters/constants.ts'
import { createRandom, type Random } from '../../src/random/random.ts'
import { lieKinds } from './liars.ts'

/** Before the next message of the type leaves, after it has, and when the next one has arrived. */
type StreamMoment = `${'sends' | 'has sent' | 'has received'} ${MessageType}`

/** What a peer does, or is done to, just when a fault strikes it. */
export type Moment =
  /** At the fault's time, whatever the peer does. */
  | 'at once'
  | StreamMoment
  /** When the next write is asked for, is half done, and before anybody hears that it is done. */
  | `${'begins' | 'is in' | 'has done'} ${'append' | 'save'}`
  | 'begins to train'
  | 'has trained'

/** Messages of exchanges, and of the settlements of what those left open. */
export type MessageType = (typeof MESSAGE_TYPES)[number]

export const MESSAGE_TYPES = ['propose', 'accept', 'frame', 'mark', 'settle', 'settled', 'applied'] as const

/**
 * What a crash, or the time in which the machine was off, does to what is on the disk.
 *
 * `cut`: of what was being appended only the beginning is there. `blank`: the file is as long as it was to be, and its end is zeros.
 * `whole`: all of it is there, and nobody was told so. `flip`: a bit is not as it was written.
 */
export type Damage =
  | { readonly kind: 'cut' | 'blank'; readonly share: number }
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'flip'
      readonly file: 'checkpoint' | 'previous' | 'journal'
      readonly share: number
      readonly bit: number
    }

/** One thing that befalls the swarm, at `at` milliseconds. */
export type Fault =
  /** The connection of two peers breaks, and every stream on it. */
  | { readonly kind: 'cut'; readonly at: number; readonly peer: number; readonly other: number }
  /** The stream breaks on which the peer next comes to this moment. */
  | { readonly kind: 'reset'; readonly at: number; readonly peer: number; readonly moment: StreamMoment }
  /** Those in the group cannot reach the others, for so long. */
  | { readonly kind: 'split'; readonly at: number; readonly group: readonly number[]; readonly lasts: number }
  /**
   * The process ends, and begins again after `down` milliseconds. By then its machine's clock was set by `clock` milliseconds, forwards or
   * back: a process counts from the time of day at its start.
   */
  | {
      readonly kind: 'crash'
      readonly at: number
      readonly peer: number
      readonly moment: Moment
      readonly down: number
      readonly clock: number
      readonly damage?: Damage
    }
  /** The machine stands still for so long. Then its peer goes on where it was, and its clock has leapt forward. */
  | { readonly kind: 'suspend'; readonly at: number; readonly peer: number; readonly lasts: number }

/** A member that does not run the core as it is. */
export interface Liar {
  readonly peer: number
  /** One of {@link lieKinds}. */
  readonly kind: string
}

export interface Schedule {
  /** Of all that is drawn while it runs: delays, losses, initial parameters, and the peers' own choices. */
  readonly seed: number
  readonly peers: number
  /** Length of the parameters. */
  readonly dimension: number
  readonly rule: 'adpsgd' | 'dpsgd'
  readonly topology: string
  readonly compression: string
  /** Local steps of each peer; 0 only averages. */
  readonly steps: number
  readonly localSteps: number
  readonly target: number
  /** Whether merges are clipped: only where somebody trains, by which the radius goes. */
  readonly clips: boolean
  readonly conditions: {
    /** One-way delay of a message, as simulations write it. */
    readonly delay: string
    /** The share of announcements that are lost, and of messages whose stream breaks. */
    readonly loss: number
    /** The share of announcements that arrive twice, and of those that are held back for so long that later ones are ahead of them. */
    readonly duplicated: number
    readonly reordered: number
  }
  readonly liars: readonly Liar[]
  readonly faults: readonly Fault[]
}

const STREAM_MOMENTS = MESSAGE_TYPES.flatMap((type): readonly StreamMoment[] => [
  `sends ${type}`,
  `has sent ${type}`,
  `has received ${type}`,
])
const DISK_MOMENTS = (['append', 'save'] as const).flatMap((write): readonly Moment[] => [
  `begins ${write}`,
  `is in ${write}`,
  `has done ${write}`,
])

const SPARSE = ['ring', 'chain', 'star', 'tree:2'] as const
/** The share of swarms with vectors of several frames, which take the longest, and of those of five peers or more. */
const SEVERAL_FRAMES = 0.01
const MANY_PEERS = 0.06
/** Of swarms of five peers or more in which some lie: with fewer, what befalls the honest may leave no majority of them. */
const LIES = 0.06
/**
 * Downtimes, splits and suspensions are mostly short; some are longer than a member that says nothing is taken for alive. All of them together are
 * shorter than the two minutes after which one has left for good, and takes its share of the mean along.
 */
const LONG = 0.06

/** The schedule of this seed: always the same. */
export function drawSchedule(seed: number): Schedule {
  const random = createRandom(seed).fork('schedule')
  const isLong = random.uniform() < SEVERAL_FRAMES
  const lie = !isLong && random.uniform() < LIES
  const isCrowd = lie || (!isLong && random.uniform() < MANY_PEERS)
  const peers = isLong ? 2 + random.integer(2) : isCrowd ? 5 + random.integer(4) : 2 + random.integer(3)
  const dimension = isLong ? FRAME_FLOATS + 1 + random.integer(FRAME_FLOATS) : 1 + random.integer(48)
  const rule = random.uniform() < 0.7 ? 'adpsgd' : 'dpsgd'
  // Where one that lies stands between others, nobody can know what is behind it.
  const topology = lie || random.uniform() < 0.6 ? 'complete' : pick(random, SPARSE)
  const trains = lie || random.uniform() < 0.5
  const steps = trains ? 4 + random.integer(isLong ? 8 : 28) : 0
  const faultsUntil = 1_000 + random.integer(5_000)
  const faults = Array.from({ length: random.integer(isLong ? 8 : 32) }, () =>
    drawFault(random, { peers, faultsUntil, trains }),
  )
  const compression = drawCompression(random)
  const clips = lie || (trains && random.uniform() < 0.5)
  const liars = lie ? drawLiars(random, peers) : []
  return {
    seed,
    peers,
    dimension,
    rule,
    topology,
    // A lie travels as it is.
    compression: liars.length > 0 ? 'none' : compression,
    steps,
    localSteps: 1 + random.integer(4),
    target: pick(random, [0.3, 0.3, 0.1, 0.03]),
    clips,
    conditions: {
      delay: pick(random, ['1-50', '1-10', '20-120']),
      loss: pick(random, isLong ? [0, 0.01] : [0, 0.05, 0.2]),
      duplicated: pick(random, [0, 0.1, 0.4]),
      reordered: pick(random, [0, 0.1, 0.4]),
    },
    liars,
    faults: faults.sort((a, b) => a.at - b.at),
  }
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.integer(items.length)]
}

function drawCompression(random: Random): string {
  if (random.uniform() < 0.5) return 'none'
  return pick(random, ['fp16', 'int8', 'qsgd:16', 'topk:0.25', 'randk:0.25', 'auto'])
}

/** A quarter of the swarm at most. */
function drawLiars(random: Random, peers: number): Liar[] {
  const order = random.shuffle(Array.from({ length: peers }, (_, peer) => peer))
  const count = 1 + random.integer(Math.floor(peers / 4))
  return order.slice(0, count).map(peer => ({ peer, kind: pick(random, lieKinds) }))
}

interface Scope {
  readonly peers: number
  readonly faultsUntil: number
  readonly trains: boolean
}

function drawFault(random: Random, { peers, faultsUntil, trains }: Scope): Fault {
  const at = 100 + random.integer(faultsUntil)
  const peer = random.integer(peers)
  const kind = random.uniform()
  if (kind < 0.4) return drawCrash(random, { at, peer, trains })
  if (kind < 0.6) return { kind: 'cut', at, peer, other: (peer + 1 + random.integer(peers - 1)) % peers }
  if (kind < 0.84) return { kind: 'reset', at, peer, moment: pick(random, STREAM_MOMENTS) }
  if (kind < 0.92) return { kind: 'suspend', at, peer, lasts: drawSpan(random, 5_000, 60_000) }
  const order = random.shuffle(Array.from({ length: peers }, (_, one) => one))
  const group = order.slice(0, 1 + random.integer(peers - 1)).sort((a, b) => a - b)
  return { kind: 'split', at, group, lasts: drawSpan(random, 3_000, 25_000) }
}

function drawCrash(random: Random, { at, peer, trains }: { at: number; peer: number; trains: boolean }): Fault {
  const damage = random.uniform() < 0.35 ? drawDamage(random) : undefined
  return {
    kind: 'crash',
    at,
    peer,
    moment: drawMoment(random, trains),
    // What is damaged is found when the others know that the peer is gone.
    down: (damage === undefined ? 50 : 1_000) + drawSpan(random, 2_500, 20_000),
    clock: random.uniform() < 0.2 ? drawSetting(random) : 0,
    ...(damage && { damage }),
  }
}

function drawMoment(random: Random, trains: boolean): Moment {
  const kind = random.uniform()
  if (kind < 0.2) return 'at once'
  if (trains && kind < 0.3) return random.uniform() < 0.5 ? 'begins to train' : 'has trained'
  return pick(random, kind < 0.7 ? STREAM_MOMENTS : DISK_MOMENTS)
}

function drawDamage(random: Random): Damage {
  const kind = random.uniform()
  const share = random.uniform()
  if (kind < 0.2) return { kind: 'cut', share }
  if (kind < 0.4) return { kind: 'blank', share }
  if (kind < 0.5) return { kind: 'whole' }
  const file = pick(random, ['checkpoint', 'previous', 'journal', 'journal'] as const)
  return { kind: 'flip', file, share, bit: random.integer(8) }
}

/** Between a second and a week, forwards or back. */
function drawSetting(random: Random): number {
  const direction = random.uniform() < 0.5 ? 1 : -1
  return direction * Math.round(1_000 * 10 ** (5.8 * random.uniform()))
}

function drawSpan(random: Random, usual: number, long: number): number {
  return random.integer(random.uniform() < LONG ? long : usual)
}
