import { styleText } from 'node:util'
import { createLogUpdate } from 'log-update'
import type { GossipStatus, Peer, Recipe, RoundResult } from '../../../src/index.ts'
import type { Output } from '../../output.ts'
import { fitting, PROSE_WIDTH, widthOf } from '../../prose.ts'
import { mainFigure } from '../../quality.ts'
import { type Column, drawTable } from '../../table.ts'
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

/**
 * A table that is redrawn in a terminal; a line now and then where stderr is none.
 *
 * @param title what is said once the peers run
 */
export function watchSwarm(out: Output, recipe: Recipe, title: readonly string[]): LiveView {
  const began = Date.now()
  let peers: readonly Peer[] = []
  let last: RoundResult | undefined
  let timer: NodeJS.Timeout | undefined
  let note = 'starting the peers…'
  const drawing = out.live ? createLogUpdate(process.stderr) : undefined

  function elapsed(): string {
    return seconds((Date.now() - began) / 1_000)
  }

  function progress(states: readonly GossipStatus[]): string {
    const sealed = states.filter(({ phase }) => phase === 'sealed').length
    const training = states.filter(({ phase }) => phase === 'training').length
    const waiting = states.filter(({ phase }) => phase === 'waiting').length
    if (training > 0) return trainingOf(states, recipe.training.steps)
    if (waiting > 0) return `waiting: ${states.length - waiting} of ${states.length} have begun`
    return `agreeing: ${sealed} of ${states.length} sealed`
  }

  /** Nothing before anybody has begun: what the model makes of samples that are not standardised yet says nothing of it. */
  function merged(states: readonly GossipStatus[]): string[] {
    return last?.merged == null || states.every(({ phase }) => phase === 'waiting')
      ? []
      : [`merged ${mainFigure(last.merged)}`]
  }

  function draw(): void {
    const dim = (text: string) => styleText('dim', text, { stream: process.stderr })
    if (note !== '') {
      drawing?.(`\n  ${dim(`${elapsed()}  ${note}`)}`)
      return
    }
    const states = peers.map(peer => peer.status())
    const room = Math.max(1, (process.stderr.rows ?? 24) - 6)
    const rows = peers.slice(0, room).map((peer, i) => rowOf(peer, states[i]))
    const more = peers.length > room ? `\n  ${dim(`and ${peers.length - room} more`)}` : ''
    const table = drawTable(COLUMNS, rows, process.stderr)
    const status = fitting([`${elapsed()}  ${progress(states)}`, ...merged(states)], widthOf(process.stderr) - 2)
    drawing?.(`\n${table}${more}\n\n  ${dim(status)}`)
  }

  function line(): void {
    if (note !== '') return
    const states = peers.map(peer => peer.status())
    const sent = states.reduce((sum, { bytesOut }) => sum + bytesOut, 0)
    const far = states.map(({ consensusDistance }) => consensusDistance).filter(one => one !== null)
    const apart = far.length === 0 ? [] : [`distance ${distance(Math.max(...far))}`]
    const parts = [`${elapsed()}  ${progress(states)}`, ...apart, ...merged(states), `${bytes(sent)} sent`]
    out.say(fitting(parts, PROSE_WIDTH))
  }

  if (drawing !== undefined) timer = setInterval(draw, REDRAW_MS)
  else timer = setInterval(line, LINE_MS)

  return {
    start(started) {
      drawing?.clear()
      for (const line of title) out.say(line)
      peers = started
      note = ''
    },
    phase(phase) {
      if (phase !== 'alone') return
      if (drawing !== undefined) {
        // The last state of the swarm stays on the screen.
        draw()
        drawing.done()
      }
      note = 'training each peer alone, for comparison…'
      if (drawing === undefined) out.say(`${elapsed()}  ${note}`)
    },
    round(round) {
      last = round
    },
    warn(peer, message) {
      drawing?.clear()
      out.warn(`${shortPeer(peer.id)}: ${message}`)
    },
    say(peer, message) {
      drawing?.clear()
      out.say(`${shortPeer(peer.id)}: ${message}`)
    },
    end() {
      clearInterval(timer)
      drawing?.clear()
      drawing?.done()
    },
  }
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
