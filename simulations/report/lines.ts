/**
 * The common part of all plots over rounds.
 *
 * @packageDocumentation
 */

import type { LineSeriesOption } from '../../charts/echarts.ts'
import { colour } from './colours.ts'
import { magnitude } from './figures.ts'
import type { LegendEntry, Plot } from './plot.ts'

/** A line: null where there is nothing to draw. */
export interface Line extends Pick<LegendEntry, 'name' | 'colour'>, Partial<Pick<LegendEntry, 'style'>> {
  readonly points: readonly (readonly [x: number, y: number | null])[]
  /** Default: 2 pixels. */
  readonly width?: number
}

export interface Axis {
  /** With the unit. */
  readonly name: string
  readonly logarithmic?: boolean
  readonly format?: (value: number) => string
}

/** More than there are pixels to tell apart would only make the page heavy. */
const MOST_POINTS = 400

/** A caption's sentence on a logarithmic axis, where something is at zero. */
export const WITHOUT_ZERO = 'Where all peers agree to the bit there is no line: this axis has no zero.'

export function drawLines(lines: readonly Line[], x: Axis, y: Axis): Pick<Plot, 'shape' | 'option' | 'legend'> {
  return {
    shape: 'wide',
    legend: lines.map(({ name, colour, style = 'solid' }) => ({ name, colour, style })),
    option: {
      grid: { left: 8, right: 20, top: 34, bottom: 28, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: { ...axis(x), nameLocation: 'middle', nameGap: 26, splitLine: { show: false } },
      yAxis: { ...axis(y), nameLocation: 'end', nameGap: 10, nameTextStyle: { align: 'left', ...TEXT } },
      series: lines.map(line => series(line, x.logarithmic === true, y.logarithmic === true)),
    },
  }
}

const TEXT = { color: colour('faint'), fontSize: 12 }

function axis({ name, logarithmic = false, format = magnitude }: Axis) {
  return {
    type: logarithmic ? ('log' as const) : ('value' as const),
    name,
    scale: true,
    nameTextStyle: TEXT,
    axisLabel: { ...TEXT, formatter: format, hideOverlap: true },
    axisLine: { lineStyle: { color: colour('faint') } },
    axisTick: { lineStyle: { color: colour('faint') } },
    splitLine: { lineStyle: { color: colour('rule') } },
  }
}

function series(line: Line, logarithmicX: boolean, logarithmicY: boolean): LineSeriesOption {
  const { name, points, colour, style = 'solid', width = 2 } = line
  // Nothing is at or below zero on a logarithmic axis.
  const begun = logarithmicX ? points.filter(([x]) => x > 0) : points
  const shown = thinned(begun, MOST_POINTS)
  return {
    name,
    type: 'line',
    data: shown.map(([x, y]) => [x, y === null || (logarithmicY && y <= 0) ? '-' : y]),
    symbol: shown.length < 3 ? 'circle' : 'none',
    lineStyle: { color: colour, type: style, width },
    itemStyle: { color: colour },
  }
}

/** The first, the last, and some between. */
export function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))])
}
