import { styleText } from 'node:util'
import type { MemberView, Peer, PeerEvents, SwarmView } from '../../../src/index.ts'
import { createLooking } from '../../live/looking.ts'
import type { Screen } from '../../live/screen.ts'
import { drawStanding, type Standing } from '../../live/standing.ts'
import { createThinned } from '../../live/thinned.ts'
import { describeQuality } from '../../quality.ts'
import type { Column } from '../../table.ts'
import { count, counted, distance, shortPeer } from '../../words.ts'
import type { Telling } from './events.ts'
import { describeWaiting } from './joining.ts'
import { createEstimate } from './training-pace.ts'
import { whatFor } from './waiting.ts'

const COLUMNS: readonly Column[] = [
  { title: 'peer', align: 'left' },
  { title: 'phase', align: 'left' },
  { title: 'own steps', align: 'right' },
  { title: 'exchanges', align: 'right' },
  { title: 'distance', align: 'right' },
  { title: '', align: 'left' },
]

/** Distances of which the curve is made. */
const MOST_DISTANCES = 96

/** The reason for which it waits was told as a whole above, with the lines to paste. */
const TOLD_ABOVE = { why: true, joining: true, sinceLine: 0, refusal: false } as const

/**
 * Draws a peer and those that it knows, from its start until it is told to end.
 *
 * @returns ends it, and leaves what was drawn last
 */
export function drawPeer(peer: Peer, screen: Screen, { joining, alone, stepsAsked }: Telling): () => void {
  const { recipe } = peer
  const isTogether = !alone && recipe.averaging.rule !== 'none'
  const distances = createThinned<number>(MOST_DISTANCES)
  const estimateLeft = createEstimate(recipe)
  let asked = recipe.training.steps
  let round: PeerEvents['round'] | undefined
  let waiting: string | undefined
  let hasEnded = false

  function look(): void {
    const view = peer.view()
    if (view.distance !== null) distances.add(view.distance)
    const standing = standingOf(view)
    screen.draw(size => drawStanding(standing, size, process.stderr))
  }

  function standingOf(view: SwarmView): Standing {
    const status = peer.status()
    const { ownSteps, exchanges, exchangesAsked } = status
    const left = round && estimateLeft(ownSteps, asked, round.samplesPerSecond)
    return {
      members: { columns: COLUMNS, rows: [ownRow(view), ...nearestFirst(view.members).map(rowOf)] },
      training: asked === 0 ? undefined : { title: 'step', done: ownSteps, asked, left },
      ...(isTogether && {
        exchanges: { made: exchanges, asked: exchangesAsked },
        distances: { values: distances.all(), target: recipe.averaging.consensusDistance },
      }),
      figures: round === undefined ? [] : figuresOf(round),
      note: noteOf(status),
    }
  }

  function ownRow({ distance: own }: SwarmView): string[] {
    const { phase, ownSteps, exchanges } = peer.status()
    return ['this peer', drawPhase(phase), count(ownSteps), isTogether ? count(exchanges) : '–', distance(own), '']
  }

  function noteOf(status: ReturnType<Peer['status']>): string | undefined {
    if (hasEnded) return undefined
    if (status.phase === 'waiting') return waiting
    return !isTogether || status.phase === 'training' ? undefined : `waiting ${whatFor(status)}`
  }

  const looking = createLooking(look)
  peer.addEventListener('started', ({ detail }) => {
    asked = stepsAsked(detail.shard)
    looking.begin()
  })
  peer.addEventListener('waiting', ({ detail }) => {
    waiting = describeWaiting({ ...detail, connect: [] }, joining, TOLD_ABOVE)[0]
  })
  peer.addEventListener('round', ({ detail }) => {
    round = detail
  })
  return () => {
    hasEnded = true
    looking.end()
    screen.leave()
  }
}

/** Those that the peer has most to do with. */
function nearestFirst(members: readonly MemberView[]): readonly MemberView[] {
  return [...members].sort((a, b) => Number(b.connected) - Number(a.connected) || b.exchanges - a.exchanges)
}

function rowOf({ peer, phase, ownSteps, exchanges, distance: far, connected, exchanging }: MemberView): string[] {
  const connection = exchanging ? 'exchanges now' : connected ? 'connected' : 'heard of'
  return [shortPeer(peer), drawPhase(phase), count(ownSteps), count(exchanges), distance(far), connection]
}

function drawPhase(phase: MemberView['phase']): string {
  return phase === 'sealed' ? styleText('green', phase, { stream: process.stderr }) : phase
}

function figuresOf({ loss, samplesPerSecond, peers, ...quality }: PeerEvents['round']): string[] {
  return [
    `loss ${loss.toFixed(3)}`,
    ...[describeQuality(quality)].filter(words => words !== undefined),
    `${count(Math.round(samplesPerSecond))} samples/s`,
    counted(peers, 'other peer'),
  ]
}
