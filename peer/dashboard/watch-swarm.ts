import type { Peer, Recipe, RoundResult, SwarmView } from '../../src/index.ts'
import { createLooking } from '../live/looking.ts'
import { shortHash, shortPeer } from '../words.ts'
import type { Board } from './board.ts'
import { MOST_MEMBERS } from './constants.ts'
import { createPartners } from './partners.ts'
import type { Link, Neighbour, Node, RunPhase } from './told.ts'
import { bytesByPurpose } from './traffic.ts'

/** What tells a board of a swarm whose peers all run here. */
export interface SwarmWatch {
  /** The peers run. */
  start(peers: readonly Peer[]): void
  /** The swarm was evaluated. */
  round(round: RoundResult): void
  /** The peers have stopped, and something else goes on. */
  pause(what: string): void
  end(): void
}

/** A peer, and how it sees the others. */
interface Seen {
  readonly peer: Peer
  readonly view: SwarmView
}

/** The phases of peers, from the first to the last. */
const ORDER: readonly RunPhase[] = ['waiting', 'training', 'averaging', 'sealing', 'sealed']

/** Shows on a board a swarm whose peers all run here. */
export function watchSwarmOn(board: Board, recipe: Recipe): SwarmWatch {
  const dealings = createPartners()
  /** Samples a second of each peer, as it said last. */
  const speeds = new Map<string, number>()
  /** Exchanges of each two at the last look. */
  let before = new Map<string, number>()
  let peers: readonly Peer[] = []
  let hasEnded = false
  let waiting: string | null = null

  function look(): void {
    const shown = peers.slice(0, MOST_MEMBERS).map(peer => ({ peer, view: peer.view() }))
    const states = peers.map(peer => peer.status())
    const exchanges = exchangesOf(shown)
    const seals = new Set(peers.map(peer => peer.sealed()))
    board.become({
      phase: hasEnded ? 'ended' : slowestOf(states.map(({ phase }) => phase)),
      seal: seals.size === 1 ? ([...seals][0] ?? null) : null,
      waiting,
      joining: null,
      steps: { done: Math.min(...states.map(({ step }) => step)), asked: recipe.training.steps },
      nodes: shown.map(each => nodeOf(each, recipe.training.batch)),
      links: linksOf(shown, exchanges, before),
      neighbours: shown.map(each => ({ ...rowOf(each, shown, peers.length - 1), ...dealings.with(each.peer.id) })),
      more: peers.length - shown.length,
      target: recipe.averaging.rule === 'none' ? null : recipe.averaging.consensusDistance,
      diverged: null,
      aside: null,
    })
    before = exchanges
    board.measure(bytesByPurpose(states))
  }

  const looking = createLooking(look)
  return {
    start(started) {
      peers = started
      board.introduce({
        what: 'swarm',
        unit: 'seconds',
        title: `swarm of ${peers.length}`,
        recipe,
        tellsExchanges: true,
        facts: [
          ['swarm', shortHash(peers[0].swarm)],
          ['model', recipe.model.name],
          ['rule', recipe.averaging.rule],
          ['topology', recipe.averaging.topology],
        ],
      })
      for (const peer of peers) {
        peer.addEventListener('exchange', ({ detail }) => dealings.exchanged({ ...detail, peer: peer.id }))
        peer.addEventListener('round', ({ detail }) => {
          speeds.set(peer.id, detail.samplesPerSecond)
          board.measure({ samplesPerSecond: [...speeds.values()].reduce((sum, speed) => sum + speed, 0) })
        })
      }
      looking.begin()
    },
    round({ consensusDistance, merged }) {
      board.measure({
        distance: consensusDistance,
        loss: merged?.loss,
        accuracy: merged?.accuracy,
        r2: merged?.r2,
        rmse: merged?.rmse,
      })
    },
    pause(what) {
      waiting = what
      looking.end()
    },
    end() {
      waiting = null
      hasEnded = true
      looking.end()
    },
  }
}

function slowestOf(phases: readonly string[]): RunPhase {
  // Those that have left were sealed.
  return ORDER.find(phase => phases.includes(phase)) ?? 'sealed'
}

/** The name of what is between two peers, the same from both sides. */
function between(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}

/** Exchanges of each two, as that one counts them that has counted more. */
function exchangesOf(shown: readonly Seen[]): Map<string, number> {
  const exchanges = new Map<string, number>()
  for (const { peer, view } of shown) {
    for (const member of view.members) {
      const pair = between(peer.id, member.peer)
      exchanges.set(pair, Math.max(exchanges.get(pair) ?? 0, member.exchanges))
    }
  }
  return exchanges
}

/** Each once, where either side has a connection. */
function linksOf(
  shown: readonly Seen[],
  exchanges: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): readonly Link[] {
  const ids = new Set(shown.map(({ peer }) => peer.id))
  const links = new Map<string, Link>()
  for (const { peer, view } of shown) {
    for (const member of view.members) {
      if (!ids.has(member.peer) || !(member.connected || member.exchanging)) continue
      const pair = between(peer.id, member.peer)
      const isNew = (exchanges.get(pair) ?? 0) > (before.get(pair) ?? 0)
      const exchange = member.exchanging || isNew || links.get(pair)?.exchanges === true
      links.set(pair, { from: peer.id, to: member.peer, by: 'connection', exchanges: exchange })
    }
  }
  return [...links.values()]
}

function nodeOf({ peer, view }: Seen, batch: number): Node {
  const { phase, ownSteps } = peer.status()
  return {
    id: peer.id,
    name: shortPeer(peer.id),
    isSelf: false,
    phase,
    distance: view.distance,
    samples: ownSteps * batch,
  }
}

function rowOf(
  { peer, view }: Seen,
  shown: readonly Seen[],
  others: number,
): Omit<Neighbour, 'bytes' | 'broken' | 'last'> {
  const { phase, step, clipped } = peer.status()
  const { members, distance } = view
  return {
    id: peer.id,
    name: shortPeer(peer.id),
    phase,
    step,
    connection: `to ${members.filter(({ connected }) => connected).length} of ${others}`,
    distance,
    exchanges: members.reduce((sum, { exchanges }) => sum + exchanges, 0),
    unsettled: members.reduce((sum, { unsettled }) => sum + unsettled, 0),
    clipped,
    trust: leastTrust(peer.id, shown),
  }
}

/** As the one of the others sees it that trusts it least. */
function leastTrust(id: string, shown: readonly Seen[]): number {
  const seen = shown.flatMap(({ view }) => view.members.filter(({ peer }) => peer === id))
  return Math.min(1, ...seen.map(({ trust }) => trust))
}
