import type { EChartsOption } from '../../../charts/echarts.ts'
import type { Adjacency } from '../../../src/averaging/topology.ts'
import { colour, SERIES } from '../colours.ts'

/**
 * The places of peers: in their order on a circle, or in rows of so many columns, where the topology is made from those, or
 * where edges that pull and peers that push leave them.
 */
export type Layout = 'circle' | 'forces' | { readonly columns: number }

/** The side of a drawing, in pixels; forces act in it. */
const SIDE = 400

/** A dot for each peer, a line for each two that average. @param rounds `[rounds]`, drawn over one another */
export function drawGraph(rounds: readonly Adjacency[], layout: Layout): EChartsOption {
  const peers = rounds[0].length
  const size = Math.min(14, Math.max(3, 220 / peers))
  return {
    series: [
      {
        type: 'graph',
        layout: layout === 'circle' ? 'circular' : layout === 'forces' ? 'force' : 'none',
        // Settled before it is drawn: nobody watches it settle.
        force: {
          layoutAnimation: false,
          repulsion: 4_000 / peers,
          gravity: 0.25,
          edgeLength: (0.8 * SIDE) / Math.sqrt(peers),
        },
        // A circle is to look like one.
        preserveAspect: true,
        left: '6%',
        right: '6%',
        top: '6%',
        bottom: '6%',
        data: Array.from({ length: peers }, (_, peer) => ({ name: String(peer), ...placeOf(peer, peers, layout) })),
        links: rounds.flatMap((adjacency, round) =>
          edgesOf(adjacency).map(({ from, to, bothWays }) => ({
            source: from,
            target: to,
            symbol: bothWays ? 'none' : ['none', 'arrow'],
            lineStyle: { color: rounds.length === 1 ? colour('grey') : SERIES[round % SERIES.length] },
          })),
        ),
        edgeSymbolSize: Math.min(7, size),
        lineStyle: { width: peers > 60 ? 0.8 : 1.4, opacity: 0.65 },
        itemStyle: { color: colour('blue') },
        symbolSize: size,
        label: { show: peers <= 32, fontSize: 9, color: colour('ink'), position: 'right', distance: 3 },
      },
    ],
  }
}

/** Each edge once, also where it goes both ways. */
function edgesOf(adjacency: Adjacency) {
  return adjacency.flatMap((neighbours, peer) =>
    neighbours.flatMap(neighbour => {
      const bothWays = adjacency[neighbour].includes(peer)
      // A peer's neighbours are those whose parameters reach it.
      return bothWays && neighbour < peer ? [] : [{ from: neighbour, to: peer, bothWays }]
    }),
  )
}

/**
 * A peer's place in a layout by hand, or its first place in one by forces: the same in every report, since forces that
 * begin at random would end at random.
 */
function placeOf(peer: number, peers: number, layout: Layout) {
  if (typeof layout !== 'object') return onCircle(peer / peers, SIDE / 2)
  const rows = peers / layout.columns
  const row = Math.floor(peer / layout.columns)
  // Turned a little from ring to ring, or what joins the innermost with the outermost would hide behind the others.
  const turn = ((peer % layout.columns) + row / 3) / layout.columns
  return onCircle(turn, (SIDE / 2) * (0.3 + (0.7 * row) / (rows - 1)))
}

/** @param turn 1 is once round */
function onCircle(turn: number, radius: number) {
  const angle = 2 * Math.PI * turn
  return { x: SIDE / 2 + radius * Math.cos(angle), y: SIDE / 2 + radius * Math.sin(angle) }
}
