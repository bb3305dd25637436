import type { RunResult } from '../../result.ts'
import { colour, SCALE } from '../colours.ts'
import { count, magnitude } from '../figures.ts'
import type { Plot } from '../plot.ts'

/** Undefined where the distances were not kept. */
export function pairwiseDistancesPlot({ pairwise, peers: all }: RunResult): Plot | undefined {
  if (pairwise === undefined || pairwise.peers.length < 2) return undefined
  const { peers, distances } = pairwise
  const values = distances.flat()
  const largest = Math.max(...values)
  const names = peers.map(String)
  const whom = peers.length === all ? 'every two peers' : `${count(peers.length)} of the ${count(all)} peers`
  const axis = {
    type: 'category' as const,
    data: names,
    axisLabel: { color: colour('faint'), fontSize: 11, hideOverlap: true },
    axisLine: { lineStyle: { color: colour('faint') } },
    axisTick: { show: false },
  }
  return {
    title: 'Distances in the end',
    caption:
      `‖x_i − x_j‖ between ${whom}, by their numbers. ` +
      (largest === 0
        ? 'All are 0: these peers agree to the bit.'
        : 'Bright stripes are peers that stand apart from all others; bright blocks are groups that agree within and not among ' +
          'each other; a dark band along the diagonal is neighbours that agree first.'),
    shape: 'square',
    option: {
      grid: { left: 8, right: 66, top: 30, bottom: 28, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: { ...axis, name: 'peer', nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: colour('faint') } },
      yAxis: {
        ...axis,
        name: 'peer',
        // Over the drawing: with few peers there is no room beside it.
        nameTextStyle: { color: colour('faint'), align: 'left' },
        nameLocation: 'start',
        inverse: true,
      },
      visualMap: {
        // From 0 to 0 there is nothing to read off; colours still need two ends.
        show: largest > 0,
        min: Math.min(...values),
        max: largest || 1,
        right: 0,
        top: 'middle',
        itemHeight: 180,
        itemWidth: 12,
        inRange: { color: [...SCALE] },
        text: [magnitude(largest), magnitude(Math.min(...values))],
        textStyle: { color: colour('faint') },
      },
      series: [
        {
          type: 'heatmap',
          data: distances.flatMap((row, y) => row.map((value, x) => [x, y, value])),
          progressive: 0,
        },
      ],
    },
  }
}
