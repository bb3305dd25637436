/**
 * The common part of all plots over rounds.
 *
 * @packageDocumentation
 */

import type { CustomSeriesOption, LineSeriesOption } from '../../charts/echarts.ts'
import { colour } from './colours.ts'
import { magnitude } from './figures.ts'
import type { LegendEntry, Plot } from './plot.ts'

/** A line: null where there is nothing to draw. */
export interface Line extends Pick<LegendEntry, 'name' | 'colour'>, Partial<Pick<LegendEntry, 'style'>> {
  readonly points: Points
  /** Default: 2 pixels. */
  readonly width?: number
  /** The mean of how many runs this is, where it is one. */
  readonly seeds?: number
  /** Its thin continuation, where it is the mean of fewer. */
  readonly fewer?: Points
  /** The range around it. */
  readonly band?: readonly (readonly [x: number, least: number, greatest: number])[]
  /** Where one of its runs diverged. */
  readonly crosses?: Points
  /** A sign at some of its points, by which it is told from others in black and white. */
  readonly marker?: 'circle' | 'rect' | 'triangle' | 'diamond'
}

type Points = readonly (readonly [x: number, y: number | null])[]

export interface Axis {
  /** With the unit. */
  readonly name: string
  readonly logarithmic?: boolean
  readonly format?: (value: number) => string
}

/** More than there are pixels to tell apart would only make the page heavy. */
const MOST_POINTS = 400

/** From such a factor between the largest and the smallest, most of a linear axis would be empty. */
const MANY_MAGNITUDES = 100
/** Over more than so many magnitudes the chart would label every tenth alone, and begin and end at one of those. */
const MOST_MAGNITUDES = 10
const CROSS = 'path://M-1,-1L1,1M1,-1L-1,1'
/** Of the width of a line. */
const THIN = 0.6
/** Signs on a line. */
const MARKERS = 7

/** A caption's sentence on a logarithmic axis, where something is at zero. */
export const WITHOUT_ZERO = 'Where all peers agree to the bit there is no line: this axis has no zero.'

export function drawLines(lines: readonly Line[], x: Axis, y: Axis): Pick<Plot, 'shape' | 'option' | 'legend'> {
  return {
    shape: 'wide',
    legend: lines.map(({ name, colour, style = 'solid' }) => ({ name, colour, style })),
    option: {
      grid: { left: 8, right: 20, top: 34, bottom: 28, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: { ...axis(x), nameLocation: 'middle', nameGap: 26, splitLine: { show: false } },
      yAxis: {
        ...axis(y),
        ...decades(lines, y),
        nameLocation: 'end',
        nameGap: 10,
        nameTextStyle: { align: 'left', ...TEXT },
      },
      series: [
        ...lines.flatMap(line => band(line, x, y)),
        ...lines.flatMap((line, i) => series(line, i / lines.length, x, y)),
      ],
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

/** From where to where a logarithmic axis of very many magnitudes goes, and which it labels: about as many as there is room for. */
function decades(lines: readonly Line[], { logarithmic = false }: Axis) {
  const exponents = logarithmic ? valuesOf(lines).flatMap(value => (value > 0 ? [Math.log10(value)] : [])) : []
  const least = Math.floor(exponents.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY))
  const most = Math.ceil(exponents.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY))
  if (!(most - least > MOST_MAGNITUDES)) return {}
  const interval = Math.ceil((most - least) / MOST_MAGNITUDES)
  return {
    // Of a logarithmic axis this is in exponents.
    interval,
    min: 10 ** (interval * Math.floor(least / interval)),
    max: 10 ** (interval * Math.ceil(most / interval)),
  }
}

/** The line itself, its continuation, and its crosses. @param phase from 0 to 1: where its markers stand, so that they cover no other's */
function series(line: Line, phase: number, x: Axis, y: Axis): LineSeriesOption[] {
  const { name, points, colour, style = 'solid', width = 2, fewer, crosses = [], marker } = line
  const shown = drawable(points, x, y)
  const itemStyle = { color: colour }
  const between = Math.max(1, shown.length / MARKERS)
  const isMarked = (index: number) => Math.floor(index / between - phase) !== Math.floor((index - 1) / between - phase)
  return [
    {
      name,
      type: 'line',
      // The legend shows the sign of the line, so it is points that have none.
      data: marker === undefined ? shown : shown.map((value, i) => (isMarked(i) ? value : { value, symbol: 'none' })),
      symbol: marker ?? (shown.length < 3 ? 'circle' : 'none'),
      symbolSize: marker === undefined ? 4 : 7,
      lineStyle: { color: colour, type: style, width },
      itemStyle,
    },
    ...(fewer === undefined
      ? []
      : [
          {
            type: 'line' as const,
            data: drawable(fewer, x, y),
            symbol: 'none',
            lineStyle: { color: colour, type: style, width: THIN * width },
          },
        ]),
    ...(crosses.length === 0
      ? []
      : [
          {
            type: 'line' as const,
            data: drawable(crosses, x, y),
            symbol: CROSS,
            symbolSize: 9,
            lineStyle: { opacity: 0 },
            itemStyle: { color: 'none', borderColor: colour, borderWidth: 2 },
          },
        ]),
  ]
}

/** Nothing is at or below zero on a logarithmic axis. */
function drawable(points: Points, x: Axis, y: Axis): [number, number | '-'][] {
  const begun = x.logarithmic === true ? points.filter(([x]) => x > 0) : points
  return thinned(begun, MOST_POINTS).map(([x, value]) => [
    x,
    value === null || (y.logarithmic === true && value <= 0) ? '-' : value,
  ])
}

/** One polygon, there along the greatest and back along the least. */
function band({ band = [], colour }: Line, x: Axis, y: Axis): CustomSeriesOption[] {
  const begun = band.filter(([x_, least]) => !(x.logarithmic && x_ <= 0) && !(y.logarithmic && least <= 0))
  const shown = thinned(begun, MOST_POINTS)
  if (shown.length < 2) return []
  return [
    {
      type: 'custom',
      // What the axes must have room for.
      data: shown.map(point => [...point]),
      encode: { x: 0, y: [1, 2] },
      clip: true,
      renderItem: ({ dataIndex }, api) =>
        dataIndex > 0
          ? null
          : {
              type: 'polygon',
              shape: {
                points: [
                  ...shown.map(([x, , greatest]) => api.coord([x, greatest])),
                  ...shown.map(([x, least]) => api.coord([x, least])).reverse(),
                ],
              },
              style: { fill: colour, opacity: 0.2 },
            },
      z: 1,
    },
  ]
}

/** All that lines show. */
export function valuesOf(lines: readonly Line[]): number[] {
  return lines.flatMap(({ points, fewer = [], band = [] }) => [
    ...[...points, ...fewer].flatMap(([, y]) => (y === null ? [] : [y])),
    ...band.flatMap(([, least, greatest]) => [least, greatest]),
  ])
}

/** Whether values are better seen on a logarithmic axis. */
export function isOfManyMagnitudes(values: readonly number[]): boolean {
  // Of long runs these are more than a call takes arguments.
  const smallest = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const largest = values.reduce((most, value) => Math.max(most, value), 0)
  return smallest > 0 && largest / smallest > MANY_MAGNITUDES
}

/** The first, the last, and some between. */
export function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))])
}
