import type { MemberLink, MemberView, Peer, PeerEvents, SwarmView } from '../../src/index.ts'
import { parseTopology } from '../../src/public/algorithms.ts'
import { createLooking } from '../live/looking.ts'
import { count, counted, shortHash, shortPeer } from '../words.ts'
import type { About, Board } from './board.ts'
import { MOST_MEMBERS } from './constants.ts'
import { createPartners } from './partners.ts'
import type { Link, Neighbour, Node, Now, RunPhase } from './told.ts'
import { bytesByPurpose } from './traffic.ts'

/** What a dashboard shows of a peer and the peer does not tell itself. */
export interface Watching {
  /** Who may be a member, for people. */
  readonly membership: string
  /** Whether it averages with nobody. */
  readonly isAlone: boolean
  /** Own steps that it is to train at the least with so many samples. */
  readonly stepsAsked: (samples: number) => number
  /** For whom it waits before its first step, as the terminal says it. */
  readonly describeWaiting: (waiting: PeerEvents['waiting']) => string
  /** For whom it waits after its training. */
  readonly whatFor: (status: ReturnType<Peer['status']>) => string
  /** How others join, and then the lines to paste. */
  readonly describeJoining: () => readonly string[]
}

/** Shows a peer on a board, from its start to its end. */
export function watchPeer(peer: Peer, board: Board, watching: Watching): void {
  const { recipe } = peer
  const { topology } = recipe.averaging
  const { changes } = parseTopology(topology, { seed: peer.swarm })
  const partners = createPartners()
  /** Exchanges with each at the last look. */
  let before = new Map<string, number>()
  let waiting: string | null = null
  let asked = recipe.training.steps
  let hasEnded = false

  function phaseNow(): RunPhase {
    const { phase } = peer.status()
    return hasEnded || phase === 'left' ? 'ended' : phase
  }

  function waitsFor(phase: RunPhase): string | null {
    if (phase === 'waiting') return waiting
    if (watching.isAlone || phase === 'starting' || phase === 'training' || phase === 'ended') return null
    return `waiting ${watching.whatFor(peer.status())}`
  }

  function joiningIn(phase: RunPhase): Now['joining'] {
    if (watching.isAlone || phase === 'ended' || phase === 'sealed') return null
    const [how, ...lines] = watching.describeJoining()
    return how === undefined ? null : { how, lines: lines.map(line => line.trim()) }
  }

  function look(): void {
    const phase = phaseNow()
    const status = peer.status()
    const view = peer.view()
    const members = nearestFirst(view.members).slice(0, MOST_MEMBERS)
    const own = linksOf(peer.id, members, before)
    const exchanging = new Set(own.filter(({ exchanges }) => exchanges).map(({ to }) => to))
    board.become({
      phase,
      seal: peer.sealed() ?? null,
      waiting: waitsFor(phase),
      joining: joiningIn(phase),
      steps: { done: status.ownSteps, asked },
      nodes: nodesOf(peer, view, members),
      links: [...own, ...linksByTopology(peer.id, view, members, own)],
      neighbours: members.map(member => ({ ...neighbourOf(member, exchanging), ...partners.with(member.peer) })),
      more: view.members.length - members.length,
      target: watching.isAlone ? null : recipe.averaging.consensusDistance,
      diverged: null,
      aside: watching.isAlone ? null : asideOn(view, topology, changes),
    })
    before = new Map(members.map(member => [member.peer, member.exchanges]))
    board.measure({ distance: status.consensusDistance, ...bytesByPurpose([status]) })
  }

  const looking = createLooking(look)

  peer.addEventListener('started', ({ detail }) => {
    asked = watching.stepsAsked(detail.shard)
    board.introduce(introductionOf(peer, detail, watching.membership))
    looking.begin()
  })
  peer.addEventListener('waiting', ({ detail }) => {
    waiting = watching.describeWaiting(detail)
  })
  peer.addEventListener('exchange', ({ detail }) => partners.exchanged(detail))
  peer.addEventListener('round', ({ detail: { loss, accuracy, samplesPerSecond, rmse, r2 } }) => {
    board.measure({ loss, accuracy, r2, rmse, samplesPerSecond })
  })
  peer.addEventListener('stopped', () => {
    hasEnded = true
    looking.end()
  })
}

function introductionOf(
  { id, recipe, swarm }: Peer,
  { backend, device, shard, parameters, frozen }: PeerEvents['started'],
  membership: string,
): About {
  return {
    what: 'peer',
    unit: 'seconds',
    tellsExchanges: true,
    title: `peer ${shortPeer(id)}`,
    recipe,
    facts: [
      ['peer', id],
      ['swarm', shortHash(swarm)],
      ['members', membership],
      [
        'model',
        `${recipe.model.name}, ${counted(parameters, 'parameter')}${frozen === 0 ? '' : ` and ${count(frozen)} frozen`}`,
      ],
      ['rule', recipe.averaging.rule],
      ['samples here', count(shard)],
      ['computes on', device === null ? backend : `${backend}, ${device}`],
    ],
  }
}

/** Those that the peer has most to do with. */
function nearestFirst(members: readonly MemberView[]): readonly MemberView[] {
  return [...members].sort((a, b) => Number(b.connected) - Number(a.connected) || b.exchanges - a.exchanges)
}

function nodesOf(peer: Peer, { distance }: SwarmView, members: readonly MemberView[]): readonly Node[] {
  const { phase, ownSteps } = peer.status()
  const { batch } = peer.recipe.training
  const self = { id: peer.id, name: 'this peer', isSelf: true, phase, distance, samples: ownSteps * batch }
  const others = members.map(each => ({
    id: each.peer,
    name: shortPeer(each.peer),
    isSelf: false,
    phase: each.phase,
    distance: each.distance,
    samples: each.ownSteps * batch,
  }))
  return [self, ...others]
}

function linksOf(self: string, members: readonly MemberView[], before: ReadonlyMap<string, number>): readonly Link[] {
  return members
    .filter(({ connected, exchanging }) => connected || exchanging)
    .map(({ peer, exchanging, exchanges }) => ({
      from: self,
      to: peer,
      by: 'connection',
      // Most take far less time than there is between two looks.
      exchanges: exchanging || exchanges > (before.get(peer) ?? 0),
    }))
}

/** Of those that are drawn, and between whom there is no line yet. */
function linksByTopology(
  self: string,
  { links }: SwarmView,
  members: readonly MemberView[],
  own: readonly Link[],
): readonly Link[] {
  const connected = new Set(own.map(({ to }) => to))
  const drawn = new Set([self, ...members.map(({ peer }) => peer)])
  const isNew = ([a, b]: MemberLink) => !connected.has(a === self ? b : b === self ? a : '')
  return (links ?? [])
    .filter(link => link.every(peer => drawn.has(peer)) && isNew(link))
    .map(([from, to]) => ({ from, to, by: 'topology', exchanges: false }))
}

/** What a peer knows of lines, and what it does not. @param changes whether the topology does from round to round */
function asideOn({ links, members }: SwarmView, topology: string, changes: boolean): string | null {
  if (members.length === 0) return null
  const own = "Connections and exchanges are this peer's own: those among others it does not know."
  if (links !== null) {
    return `${own} Who may average with whom follows from the topology ${topology} and from the members that this peer knows.`
  }
  const why = changes ? 'changes from round to round' : 'would be more than 400 lines'
  return `${own} Who may average with whom ${why}, by the topology ${topology}, and is not drawn.`
}

function neighbourOf(
  member: MemberView,
  exchanging: ReadonlySet<string>,
): Omit<Neighbour, 'bytes' | 'broken' | 'last'> {
  const { peer, phase, step, connected, distance, exchanges, unsettled, trust, faults } = member
  const clipped = faults.clipped + faults.far + faults['false-sketch']
  const connection = exchanging.has(peer) ? 'exchanges now' : connected ? 'connected' : 'heard of'
  return { id: peer, name: shortPeer(peer), phase, step, connection, distance, exchanges, unsettled, clipped, trust }
}
