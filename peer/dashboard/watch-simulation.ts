import type { Recipe } from '../../src/index.ts'
import { edgesFileOf } from '../../src/public/algorithms.ts'
import {
  agreementSlope,
  fixedLinks,
  type RoundResult,
  type RunResult,
  type RunStart,
  type SimulatedExchange,
} from '../../src/public/simulate.ts'
import { describeDivergence } from '../divergence.ts'
import { LOOK_MS } from '../serving/constants.ts'
import { shortHash } from '../words.ts'
import type { Board } from './board.ts'
import type { Link, Node, Now, RunPhase } from './told.ts'

/** What tells a board of a simulation: of one that runs, or of a finished one again. */
export interface SimulationWatch {
  /** It is about to begin. */
  start(start: Omit<RunStart, 'recipe'>): void
  exchange(exchange: Pick<SimulatedExchange, 'from' | 'to' | 'outcome'>): void
  round(round: RoundResult): void
  end(result: Pick<RunResult, 'sealed' | 'final' | 'partial'>): void
}

/** What is simulated. */
export interface Simulated {
  readonly recipe: Recipe
  readonly swarm: string
  readonly peers: number
  readonly engine: string
  readonly seed: number
  /** How long it is; undefined where it goes on until the peers agree. */
  readonly rounds: number | undefined
  /** Whether its exchanges are told. */
  readonly tellsExchanges: boolean
  /** Of a swarm of real peers, whose places in the topology follow from their ids: those ids, in the order of the peers, where they are known. */
  readonly ids?: readonly string[]
  /** The content of the topology's file, where it has one; without it the graph has no lines. */
  readonly edges?: string
}

/** Shows on a board a swarm that is simulated, over its rounds in place of time. */
export function watchSimulationOn(board: Board, simulated: Simulated): SimulationWatch {
  const { recipe, swarm, peers, engine, seed, rounds, tellsExchanges } = simulated
  const { training, averaging } = recipe
  const trains = training.steps > 0
  let state: Now = { ...board.now(), target: averaging.rule === 'none' ? null : averaging.consensusDistance }
  /** Of a swarm whose peers are drawn, once the first of them is. */
  let lines: Lines | undefined
  /** Those that have exchanged since the board was told last, and when that was. */
  let exchanged = new Set<string>()
  let told = Number.NEGATIVE_INFINITY
  let theory: ReturnType<typeof createTheory> | undefined

  board.introduce({
    what: 'simulation',
    unit: 'rounds',
    title: `simulation of ${peers} peers`,
    recipe,
    tellsExchanges,
    facts: [
      ['swarm', shortHash(swarm)],
      ['engine', `${engine}, seed ${seed}`],
      ['task', recipe.objective.task],
      ['rule', averaging.rule],
      ['topology', averaging.topology],
    ],
  })

  function become(changes: Partial<Now>): void {
    state = { ...state, ...changes }
    board.become({ ...state, links: lines === undefined ? [] : linksOf(lines.pairs, exchanged) }, state.at)
    exchanged = new Set()
    told = performance.now()
  }

  return {
    start(start) {
      theory = createTheory({ recipe, ...start })
    },
    exchange({ from, to, outcome }) {
      // Nothing was averaged.
      if (outcome === 'refused' || outcome === 'failed') return
      exchanged.add(pairOf(from, to))
      // An engine has thousands in a second; who looks on is told of them together.
      if (lines !== undefined && performance.now() - told >= LOOK_MS) become({})
    },
    round(result) {
      const { round, peerDistances, consensusDistance, merged, localAccuracy, bytesSent } = result
      if (peerDistances !== undefined) lines ??= linesOf(simulated)
      const isDrawn = lines !== undefined
      become({
        at: round,
        phase: phaseAt(round, trains, rounds),
        steps: rounds === undefined ? null : { done: Math.min(round, rounds), asked: rounds },
        nodes: isDrawn ? nodesOf(peers, peerDistances) : [],
        aside: lines === undefined ? NOBODY_DRAWN : lines.aside,
        more: isDrawn ? 0 : peers,
      })
      board.measure(
        {
          distance: consensusDistance,
          loss: merged?.loss ?? result.localLoss,
          accuracy: merged?.accuracy,
          localAccuracy: localAccuracy?.mean,
          r2: merged?.r2,
          rmse: merged?.rmse,
          sentBytes: bytesSent,
        },
        round,
      )
      for (const [at, distance] of theory?.after(result) ?? []) board.measure({ theory: distance }, at)
    },
    end({ sealed, final, partial }) {
      if (partial?.reason !== 'diverged') {
        become({ phase: 'ended', seal: sealed ? final.parametersHash : null })
        return
      }
      const first = idOf(Number(/\d+$/.exec(partial.peer)?.[0]))
      become({
        phase: 'diverged',
        diverged: describeDivergence(partial, recipe),
        nodes: state.nodes.map(node => (node.id === first ? { ...node, phase: 'diverged' } : node)),
      })
    },
  }
}

/** What is drawn between peers, by their numbers, and what is to be said of it. */
interface Lines {
  readonly pairs: readonly (readonly [number, number])[]
  readonly aside: string | null
}

const NOBODY_DRAWN = 'No peers are drawn: the distance of each is known of up to 64, as long as all are there.'

function linesOf({ recipe, peers, engine, ids, edges, tellsExchanges }: Simulated): Lines {
  const { topology } = recipe.averaging
  const without = (why: string) =>
    `${why}: ${tellsExchanges ? 'lines are between those that have just exchanged' : 'no lines are drawn'}.`
  const file = edgesFileOf(topology)
  if (file !== undefined && edges === undefined) {
    return {
      pairs: [],
      aside: `No lines are drawn: the edges were in the file ${file}, and the result does not have them.`,
    }
  }
  const pairs = fixedLinks(recipe, peers, edges)
  if (pairs === undefined) {
    return {
      pairs: [],
      aside: without(`By the topology ${topology} who may average with whom changes from round to round`),
    }
  }
  if (engine !== 'libp2p') return { pairs, aside: null }
  if (ids === undefined) {
    return {
      pairs: [],
      aside: without(
        'Over libp2p the places of peers in the topology follow from ids that they have only once they run',
      ),
    }
  }
  const places = [...ids.keys()].sort((a, b) => (ids[a] < ids[b] ? -1 : 1))
  return { pairs: pairs.map(([a, b]) => [places[a], places[b]]), aside: null }
}

/** Those by the topology, and besides where two have exchanged: peers that do not know all others yet stand in a smaller graph. */
function linksOf(pairs: Lines['pairs'], exchanged: ReadonlySet<string>): readonly Link[] {
  const byTopology = new Set(pairs.map(([from, to]) => pairOf(from, to)))
  return [...new Set([...byTopology, ...exchanged])].map(pair => {
    const [from, to] = pair.split(' ').map(Number)
    const by = byTopology.has(pair) ? 'topology' : 'exchange'
    return { from: idOf(from), to: idOf(to), by, exchanges: exchanged.has(pair) }
  })
}

const idOf = (index: number) => `peer ${index}`

/** The name of what is between two peers, the same from both sides. */
const pairOf = (a: number, b: number) => `${Math.min(a, b)} ${Math.max(a, b)}`

/** @param distances undefined in a moment in which they are not known: where some peers are away, or have diverged */
function nodesOf(peers: number, distances: RoundResult['peerDistances']): readonly Node[] {
  return Array.from({ length: peers }, (_, index) => ({
    id: idOf(index),
    name: idOf(index),
    isSelf: false,
    phase: '',
    distance: distances?.[index] ?? null,
    samples: 0,
  }))
}

/** What averaging alone leaves of the distance, as far as the rounds have come. */
function createTheory(known: RunStart) {
  /** Of those in which peers were apart, the first, and the one with the least distance. */
  let [first, least]: (RoundResult | undefined)[] = []
  let reached = Number.NEGATIVE_INFINITY
  return {
    /** @returns the points that a round adds to the slope, from the first round in which peers were apart */
    after(round: RoundResult): readonly (readonly [at: number, distance: number])[] {
      if (!(round.consensusDistance > 0)) return []
      first ??= round
      if (least === undefined || round.consensusDistance < least.consensusDistance) least = round
      const { points = [] } = agreementSlope({ ...known, rounds: [first, least, round] }) ?? {}
      const further = points.filter(([at]) => at > reached)
      reached = further.at(-1)?.[0] ?? reached
      return further
    },
  }
}

function phaseAt(round: number, trains: boolean, rounds: number | undefined): RunPhase {
  return trains && (rounds === undefined || round < rounds) ? 'training' : 'averaging'
}
