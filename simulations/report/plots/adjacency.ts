import type { EChartsOption } from 'echarts'
import type { Topology } from '../../../src/averaging/topology.ts'
import { colour } from '../colours.ts'

/** Dots in a row: enough to see the structure, few enough for a page. */
const MOST_BLOCKS = 100

/** Peers whose neighbours are looked at: of a complete graph of many more the lists would fill the memory. */
export const MOST_ROWS = 1_000

/** A table of the first round with a dot where two peers average; blocks of peers where there are many. */
export function drawAdjacency(topology: Topology, peers: number): EChartsOption {
  const blocks = Math.min(peers, MOST_BLOCKS)
  const blockOf = (peer: number) => Math.floor((peer * blocks) / peers)
  const counts = new Float64Array(blocks * blocks)
  for (let peer = 0; peer < peers; peer += Math.ceil(peers / MOST_ROWS)) {
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
    // What is not linked is left out: of a sparse graph that is almost all of it.
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
