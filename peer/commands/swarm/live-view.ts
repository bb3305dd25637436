import { styleText } from 'node:util'
import type { GossipStatus, Peer, Recipe, RoundResult } from '../../../src/index.ts'
import type { Size } from '../../live/screen.ts'
import { drawStanding } from '../../live/standing.ts'
import { createThinned } from '../../live/thinned.ts'
import type { Output } from '../../output.ts'
import { fitting, PROSE_WIDTH } from '../../prose.ts'
import { describeQuality } from '../../quality.ts'
import type { Column } from '../../table.ts'
import { bytes, count, distance, kilobytes, seconds, shortPeer } from '../../words.ts'

/** The display for people while a swarm runs. */
export interface LiveView {
  start(peers: readonly Peer[]): void
  phase(phase: 'training' | 'alone' | 'done'): void
  round(round: RoundResult): void
  warn(peer: Peer, message: string): void
  /** Tells something of one peer that is no trouble. */
  say(peer: Peer, message: string): void
  end(): void
}

/** Fast enough to be alive, slow enough to be read. */
const REDRAW_MS = 250
/** Time between lines where nothing can be redrawn, and every line stays. */
const LINE_MS = 3_000

const COLUMNS: readonly Column[] = [
  { title: 'peer', align: 'left' },
  { title: 'phase', align: 'left' },
  { title: 'step', align: 'right' },
  { title: 'exchanges', align: 'right' },
  { title: 'knows', align: 'right' },
  { title: 'distance', align: 'right' },
  { title: 'kB in', align: 'right' },
  { title: 'kB out', align: 'right' },
]

/** Distances of which the curve is made. */
const MOST_DISTANCES = 96

/**
 * A table that is redrawn in a terminal; a line now and then where stderr is none.
 *
 * @param title what is said once the peers run
 */
export function watchSwarm(out: Output, recipe: Recipe, title: readonly string[]): LiveView {
  const began = Date.now()
  const isTogether = recipe.averaging.rule !== 'none'
  const distances = createThinned<number>(MOST_DISTANCES)
  /** Samples a second of each peer, as it said last. */
  const speeds = new Map<string, number>()
  let peers: readonly Peer[] = []
  let firstStep: { readonly step: number; readonly at: number } | undefined
  let last: RoundResult | undefined
  let note: string | undefined = 'starting the peers…'
  const { screen } = out

  function elapsed(): string {
    return `${seconds((Date.now() - began) / 1_000)} so far`
  }

  /** Undefined while anybody trains. */
  function stageOf(states: readonly GossipStatus[]): string | undefined {
    const sealed = states.filter(({ phase }) => phase === 'sealed').length
    const waiting = states.filter(({ phase }) => phase === 'waiting').length
    if (states.some(({ phase }) => phase === 'training')) return undefined
    if (waiting > 0) return `waiting: ${states.length - waiting} of ${states.length} have begun`
    return isTogether ? `agreeing: ${sealed} of ${states.length} sealed` : 'training has ended'
  }

  /** Nothing before anybody has begun: what the model makes of samples that are not standardised yet says nothing of it. */
  function figuresOf(states: readonly GossipStatus[]): string[] {
    const speed = [...speeds.values()].reduce((sum, one) => sum + one, 0)
    const merged = states.every(({ phase }) => phase === 'waiting') ? null : (last?.merged ?? null)
    return [
      ...(merged === null ? [] : [`merged model: loss ${merged.loss.toFixed(3)}`]),
      ...[merged === null ? undefined : describeQuality(merged)].filter(words => words !== undefined),
      ...(speed === 0 ? [] : [`${count(Math.round(speed))} samples/s`]),
    ]
  }

  /** Seconds until the slowest has trained, by the clock. */
  function trainingLeft(step: number): number | undefined {
    const now = Date.now()
    firstStep ??= { step, at: now }
    const made = step - firstStep.step
    if (made <= 0) return undefined
    return ((recipe.training.steps - step) * (now - firstStep.at)) / 1_000 / made
  }

  function draw(size: Size): string {
    if (note !== undefined && peers.length === 0) return `\n  ${styleText('dim', note, { stream: process.stderr })}`
    const states = peers.map(peer => peer.status())
    const slowest = Math.min(...states.map(({ step }) => step))
    const apart = farthestOf(states)
    if (apart !== undefined) distances.add(apart)
    return drawStanding(
      {
        members: { columns: COLUMNS, rows: peers.map((peer, i) => rowOf(peer, states[i])) },
        training: {
          title: 'slowest at step',
          done: slowest,
          asked: recipe.training.steps,
          left: slowest > 0 ? trainingLeft(slowest) : undefined,
        },
        ...(isTogether && {
          exchanges: {
            made: states.reduce((sum, { exchanges }) => sum + exchanges, 0),
            asked: states.reduce((sum, { exchangesAsked }) => sum + exchangesAsked, 0),
          },
          distances: { values: distances.all(), target: recipe.averaging.consensusDistance },
        }),
        figures: figuresOf(states),
        note: [note ?? stageOf(states), elapsed()].filter(words => words !== undefined).join(', '),
      },
      size,
      process.stderr,
    )
  }

  function line(): void {
    if (note !== undefined) return
    const states = peers.map(peer => peer.status())
    const sent = states.reduce((sum, { bytesOut }) => sum + bytesOut, 0)
    const far = farthestOf(states)
    const apart = far === undefined ? [] : [`distance ${distance(far)}`]
    const parts = [
      stageOf(states) ?? trainingOf(states, recipe.training.steps),
      elapsed(),
      ...apart,
      ...figuresOf(states),
      `${bytes(sent)} sent`,
    ]
    out.say(fitting(parts, PROSE_WIDTH))
  }

  screen?.draw(draw)
  const timer = screen === undefined ? setInterval(line, LINE_MS) : setInterval(() => screen.draw(draw), REDRAW_MS)

  return {
    start(started) {
      for (const line of title) out.say(line)
      peers = started
      for (const peer of peers) {
        peer.addEventListener('round', ({ detail }) => speeds.set(peer.id, detail.samplesPerSecond))
      }
      note = undefined
    },
    phase(phase) {
      if (phase !== 'alone') return
      speeds.clear()
      note = 'training each peer alone for comparison'
      if (screen === undefined) out.say(`${note}, ${elapsed()}`)
    },
    round(round) {
      last = round
    },
    warn(peer, message) {
      out.warn(`${shortPeer(peer.id)}: ${message}`)
    },
    say(peer, message) {
      out.say(`${shortPeer(peer.id)}: ${message}`)
    },
    end() {
      clearInterval(timer)
      screen?.leave()
    },
  }
}

/** The distance of the one that is farthest from the others; undefined where nobody knows. */
function farthestOf(states: readonly GossipStatus[]): number | undefined {
  const known = states.map(({ consensusDistance }) => consensusDistance).filter(one => one !== null)
  return known.length === 0 ? undefined : Math.max(...known)
}

function trainingOf(states: readonly GossipStatus[], steps: number): string {
  const slowest = Math.min(...states.map(({ step }) => step))
  return slowest > steps
    ? `training: all are past step ${count(steps)}`
    : `training: slowest at step ${count(slowest)} of ${count(steps)}`
}

function rowOf(peer: Peer, status: GossipStatus): string[] {
  const stream = process.stderr
  const phase = status.phase === 'sealed' ? styleText('green', status.phase, { stream }) : status.phase
  return [
    shortPeer(peer.id),
    phase,
    count(status.step),
    count(status.exchanges),
    count(status.peers.length),
    distance(status.consensusDistance),
    kilobytes(status.bytesIn),
    kilobytes(status.bytesOut),
  ]
}
