import type { MixingNeed } from '../../../src/averaging/rule.ts'
import { parseTopology } from '../../../src/averaging/topologies/registry.ts'
import { type Adjacency, adjacencyOf, type Topology } from '../../../src/averaging/topology.ts'
import type { RunResult } from '../../result.ts'
import { count, counted } from '../figures.ts'
import type { Plot } from '../plot.ts'
import { ruleOf } from '../rule-of.ts'
import { drawAdjacency, rowsOf } from './adjacency.ts'
import { drawGraph, type Layout } from './graph.ts'

/** Beyond these a drawing of dots and lines is a ball of wool, and most of the page's length. */
const MOST_DRAWN_PEERS = 300
const MOST_DRAWN_EDGES = 2_500

/** Rounds of a topology that changes which are drawn over one another, each in its own colour. */
const MOST_ROUNDS = 8

/**
 * The graph of peers that average with each other. Undefined for one peer alone.
 *
 * @param edges content of the file of the topology `file:EDGES`
 */
export function topologyPlot({ recipe, recipeHash, peers }: RunResult, edges: string | undefined): Plot | undefined {
  const topology = parseTopology(recipe.averaging.topology, { seed: recipeHash, edges })
  if (peers < 2 || topology.misfit(peers) !== undefined) return undefined
  const rule = ruleOf(recipe)
  const meaning = (rule && MEANING[rule.mixing]) ?? ''
  const rounds = peers <= MOST_DRAWN_PEERS ? graphsOf(topology, peers) : []
  const isDrawn = rounds.length > 0 && edgesOf(rounds) <= MOST_DRAWN_EDGES
  return {
    title: `Topology: ${topology.name}`,
    caption: `${isDrawn ? graphCaption(topology, rounds) : tableCaption(topology, peers)} ${meaning}`.trim(),
    shape: 'square',
    option: isDrawn ? drawGraph(rounds, layoutOf(topology.name, peers)) : drawAdjacency(topology, peers),
  }
}

/** The graph of the first round where nothing changes, else those of as many rounds as are worth drawing. */
function graphsOf(topology: Topology, peers: number): readonly Adjacency[] {
  if (!topology.changes) return [adjacencyOf(topology, peers, 0)]
  const graphs: Adjacency[] = []
  // A graph whose links take turns over log2(n) rounds has shown all of them by then.
  const most = Math.min(MOST_ROUNDS, Math.ceil(Math.log2(peers)))
  while (graphs.length < most) {
    graphs.push(adjacencyOf(topology, peers, graphs.length))
    if (graphs.length > 1 && edgesOf(graphs) > MOST_DRAWN_EDGES) return graphs.slice(0, -1)
  }
  return graphs
}

function edgesOf(rounds: readonly Adjacency[]): number {
  return rounds.flat().reduce((sum, { length }) => sum + length, 0) / 2
}

function graphCaption({ changes, symmetric }: Topology, rounds: readonly Adjacency[]): string {
  const ways = symmetric ? '' : ' Arrows point to whom parameters go.'
  const when = changes ? ` It changes: drawn are the first ${counted(rounds.length, 'round')}, each in its colour.` : ''
  return `A dot is a peer, a line an averaging between two; where lines are few and long ways round, agreement takes longest.${ways}${when}`
}

function tableCaption(topology: Topology, peers: number): string {
  const when = topology.changes ? ' in the first round' : ''
  const rows = rowsOf(topology, peers)
  const whose = rows < peers ? ` Looked at are the rows of ${count(rows)} of the peers.` : ''
  return (
    `${count(peers)} peers are too many to draw as a graph, so this is a table${when}: a dot where what the peer of the column says is ` +
    `averaged by the peer of the row. Each dot is a block of peers, and the stronger its colour, the more of them are linked.${whose} ` +
    'All along the diagonal: only neighbours by number talk, and agreement takes long; all over: everybody is near to everybody.'
  )
}

/** The meaning of the graph to rules that do not average over all of its edges in a round. */
const MEANING: Readonly<Partial<Record<MixingNeed, string>>> = {
  all: 'This rule averages everybody with everybody, and does not use the topology.',
  none: 'This rule averages nobody with anybody, and does not use the topology.',
  pairwise: 'By this rule a peer averages with one of its neighbours at a time.',
}

function layoutOf(name: string, peers: number): Layout {
  if (name === 'torus') return { columns: columnsOf(peers) }
  return IN_A_CIRCLE.test(name) ? 'circle' : 'forces'
}

/** Topologies that are defined by the order of the peers, or by none. */
const IN_A_CIRCLE =
  /^(ring|chain|complete|exponential|one-peer-exponential|base-k|pairwise|epidemic|epidemic-local)(:|$)/

/** Columns of the grid that is the nearest to a square. */
function columnsOf(peers: number): number {
  let rows = Math.floor(Math.sqrt(peers))
  while (peers % rows !== 0) rows--
  return peers / rows
}
