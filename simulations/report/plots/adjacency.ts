import type { EChartsOption } from '../../../charts/echarts.ts'
import type { Topology } from '../../../src/averaging/topology.ts'
import { colour } from '../colours.ts'

/** Dots in a row: enough to see the structure, few enough for a page. */
const MOST_BLOCKS = 100

/** Peers whose neighbours are looked at: of many more, a page would take longer than the run. */
const MOST_ROWS = 1_000
/** Fewer show no structure. */
const LEAST_ROWS = 10
/** Neighbours that are looked at, of all those peers together. */
const MOST_NEIGHBOURS = 1_000_000

/** The number of peers whose neighbours are looked at. */
export function rowsOf(topology: Topology, peers: number): number {
  // A hub may stand at either end.
  const degrees = [0, peers >> 1, peers - 1].map(peer => topology.neighbours(peer, peers, 0).length)
  const [, degree] = degrees.sort((a, b) => a - b)
  const affordable = Math.floor(MOST_NEIGHBOURS / Math.max(1, degree))
  return Math.min(peers, MOST_ROWS, Math.max(LEAST_ROWS, affordable))
}

/** A table of the first round with a dot where two peers average; blocks of peers where there are many. */
export function drawAdjacency(topology: Topology, peers: number): EChartsOption {
  const rows = rowsOf(topology, peers)
  // In each at least one peer is looked at.
  const blocks = Math.min(rows, MOST_BLOCKS)
  const blockOf = (peer: number) => Math.floor((peer * blocks) / peers)
  const counts = new Float64Array(blocks * blocks)
  for (let row = 0; row < rows; row++) {
    const peer = Math.ceil((row * peers) / rows)
    for (const neighbour of topology.neighbours(peer, peers, 0)) counts[blockOf(peer) * blocks + blockOf(neighbour)]++
  }
  const data = Array.from(counts, (value, i) => [i % blocks, Math.floor(i / blocks), value] as const)
  const firstOf = Array.from({ length: blocks }, (_, block) => String(Math.ceil((block * peers) / blocks)))
  const axis = {
    type: 'category' as const,
    data: firstOf,
    axisLabel: { color: colour('faint'), fontSize: 11, hideOverlap: true },
    axisLine: { lineStyle: { color: colour('faint') } },
    axisTick: { show: false },
  }
  return {
    grid: { left: 8, right: 20, top: 30, bottom: 28, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      ...axis,
      name: 'from peer',
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: { color: colour('faint') },
    },
    yAxis: {
      ...axis,
      name: 'to peer',
      nameTextStyle: { color: colour('faint'), align: 'left' },
      nameLocation: 'start',
      inverse: true,
    },
    // The least that there is can still be seen.
    visualMap: { show: false, min: 0, max: Math.max(...counts), inRange: { opacity: [0.3, 1] } },
    // Cells without a link are left out: in a sparse graph those are almost all.
    series: [
      {
        type: 'heatmap',
        progressive: 0,
        itemStyle: { color: colour('blue') },
        data: data.filter(([, , value]) => value > 0).map(dot => [...dot]),
      },
    ],
  }
}
