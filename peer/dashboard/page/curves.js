/** The curves over time. */

import * as echarts from './echarts.js'
import { bytes, count, elapsed, magnitude, percent } from './words.js'

/**
 * @typedef {import('../told.ts').Point} Point
 * @typedef {{ name: string, label: string, colour: string, dashed?: true }} Line
 * @typedef {Line & { points: readonly Point[] }} DrawnLine
 * @typedef {{ title: string, lines: readonly Line[], written: (value: number) => string, log?: true, stacked?: true, share?: true }} Curve
 */

/** @type {readonly Curve[]} Only those are shown of which there are figures. */
const CURVES = [
  {
    title: 'Accuracy',
    lines: [{ name: 'accuracy', label: 'accuracy', colour: 'green' }],
    written: percent,
    share: true,
  },
  { title: 'R²', lines: [{ name: 'r2', label: 'R²', colour: 'green' }], written: value => value.toFixed(3) },
  {
    title: 'Root of the mean squared error',
    lines: [{ name: 'rmse', label: 'RMSE', colour: 'purple' }],
    written: magnitude,
  },
  { title: 'Loss', lines: [{ name: 'loss', label: 'loss', colour: 'orange' }], written: value => value.toFixed(3) },
  {
    title: 'Distance of the swarm',
    lines: [
      { name: 'distance', label: 'distance', colour: 'blue' },
      { name: 'target', label: 'agreement', colour: 'green', dashed: true },
    ],
    written: magnitude,
    log: true,
  },
  {
    title: 'Bytes by purpose',
    lines: [
      { name: 'exchangeBytes', label: 'exchanges', colour: 'blue' },
      { name: 'fetchBytes', label: 'fetching', colour: 'purple' },
      { name: 'overheadBytes', label: 'the rest', colour: 'orange' },
    ],
    written: bytes,
    stacked: true,
  },
  {
    title: 'Samples a second',
    lines: [{ name: 'samplesPerSecond', label: 'samples/s', colour: 'purple' }],
    written: count,
  },
]

/** @param {string} name of a colour of the style sheet, as it is now: dark or light */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

/** @param {HTMLElement} place */
export function createCurves(place) {
  const shown = CURVES.map(curve => createCurve(place, curve))
  return {
    /** @param {Readonly<Record<string, readonly Point[]>>} series @param {number | null} target */
    draw(series, target) {
      const aim = target === null ? [] : levelAt(target, series.distance ?? [])
      for (const curve of shown) curve.draw({ ...series, target: aim })
    },
  }
}

/** A level line along a curve. @param {number} value @param {readonly Point[]} points @returns {Point[]} */
function levelAt(value, points) {
  const ends = points.length > 1 ? [points[0], points[points.length - 1]] : points
  return ends.map(([time]) => [time, value])
}

/** @param {HTMLElement} place @param {Curve} curve */
function createCurve(place, curve) {
  const figure = document.createElement('figure')
  const head = document.createElement('h2')
  const latest = document.createElement('output')
  const plot = document.createElement('div')
  head.append(curve.title, latest)
  plot.className = 'plot'
  plot.setAttribute('role', 'img')
  figure.append(head)
  if (curve.lines.length > 1) figure.append(legendOf(curve.lines))
  figure.append(plot)
  figure.hidden = true
  place.append(figure)
  /** @type {ReturnType<typeof echarts.init> | undefined} A plot has no size before it is shown. */
  let chart

  return {
    /** @param {Readonly<Record<string, readonly Point[]>>} series */
    draw(series) {
      const lines = curve.lines.map(line => ({ ...line, points: series[line.name] ?? [] }))
      const ends = lines.flatMap(({ points }) => points.slice(-1))
      // Nothing but zeros is no curve either.
      figure.hidden = ends.every(([, value]) => value === 0)
      if (figure.hidden) return
      const last = curve.stacked ? ends.reduce((sum, [, value]) => sum + value, 0) : ends[0][1]
      latest.value = curve.written(last)
      plot.setAttribute('aria-label', inWords(curve, lines))
      if (chart === undefined) {
        chart = echarts.init(plot)
        new ResizeObserver(() => chart?.resize()).observe(plot)
      }
      chart.setOption(optionOf(curve, lines), { notMerge: true })
    },
  }
}

/** A power of ten, as a logarithmic axis has them. @param {number} value */
function power(value) {
  return value < 0.01 ? value.toExponential(0) : String(value)
}

/** @param {readonly Line[]} lines */
function legendOf(lines) {
  const legend = document.createElement('div')
  legend.className = 'legend'
  for (const { label, colour } of lines) {
    const entry = document.createElement('span')
    const swatch = document.createElement('span')
    swatch.className = `swatch ${colour}`
    entry.append(swatch, label)
    legend.append(entry)
  }
  return legend
}

/** The curve for those who do not see it. @param {Curve} curve @param {readonly DrawnLine[]} lines */
function inWords({ title, written }, lines) {
  const said = lines
    .filter(({ points }) => points.length > 0)
    .map(({ label, points, dashed }) => {
      const [[firstAt, first], [lastAt, last]] = [points[0], points[points.length - 1]]
      if (dashed) return `${label} at ${written(last)}`
      return `${label} ${written(last)} at ${elapsed(lastAt)}, ${written(first)} at ${elapsed(firstAt)}`
    })
  return `${title}: ${said.join('; ')}`
}

/** @param {Curve} curve @param {readonly DrawnLine[]} lines */
function optionOf(curve, lines) {
  const { written, log, stacked, share } = curve
  const [ink, faint, rule] = ['ink', 'faint', 'rule'].map(colour)
  const text = { color: faint, fontSize: 11 }
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 8, right: 14, top: 10, bottom: 4, containLabel: true },
    xAxis: {
      type: 'value',
      min: 'dataMin',
      max: 'dataMax',
      splitNumber: 4,
      axisLabel: { ...text, formatter: elapsed, showMinLabel: false, showMaxLabel: false, hideOverlap: true },
      axisLine: { lineStyle: { color: rule } },
      splitLine: { show: false },
    },
    yAxis: {
      type: log ? 'log' : 'value',
      scale: !stacked,
      splitNumber: 3,
      ...(share ? { max: (/** @type {{ max: number }} */ { max }) => Math.min(1, max + 0.05) } : {}),
      axisLabel: { ...text, formatter: log ? power : written },
      splitLine: { lineStyle: { color: rule } },
    },
    tooltip: {
      trigger: 'axis',
      // Of markup a strict policy would let through no style.
      renderMode: 'richText',
      backgroundColor: colour('panel'),
      borderColor: rule,
      textStyle: { color: ink, fontSize: 12 },
      formatter: (/** @type {{ seriesName: string, value: Point }[]} */ under) =>
        [
          elapsed(under[0].value[0]),
          ...under.map(({ seriesName, value }) => `${seriesName} ${written(value[1])}`),
        ].join('\n'),
    },
    series: lines.map(({ label, colour: name, points, dashed }) => ({
      name: label,
      type: 'line',
      data: log ? points.filter(([, value]) => value > 0) : points,
      showSymbol: points.length < 2,
      symbolSize: 5,
      lineStyle: { width: 2, type: dashed ? 'dashed' : 'solid' },
      color: colour(name),
      ...(stacked ? { stack: 'all', areaStyle: { opacity: 0.35 } } : {}),
    })),
  }
}
