/** The curves over time. */

import * as echarts from './echarts.js'
import { bytes, count, loss, magnitude, moment, percent } from './words.js'

/**
 * @typedef {import('../told.ts').Point} Point
 * @typedef {import('../told.ts').Whole['unit']} Unit
 * @typedef {{ target: number | null, at: number | undefined, unit: Unit }} Around what is drawn beside figures: where the swarm agrees, and the moment that is looked at
 * @typedef {{ name: string, label: string, colour: string, dashed?: true, rate?: true }} Line a line with a rate says what a round leaves of it
 * @typedef {Line & { points: readonly Point[] }} DrawnLine
 * @typedef {{ title: string, lines: readonly Line[], written: (value: number) => string, log?: true, stacked?: true, share?: true }} Curve
 */

/** @type {readonly Curve[]} Only those are shown of which there are figures. */
const CURVES = [
  {
    title: 'Accuracy',
    lines: [
      { name: 'accuracy', label: 'accuracy', colour: 'green' },
      { name: 'localAccuracy', label: 'of each peer by itself, on average', colour: 'blue' },
    ],
    written: percent,
    share: true,
  },
  { title: 'R²', lines: [{ name: 'r2', label: 'R²', colour: 'green' }], written: value => value.toFixed(3) },
  {
    title: 'Root of the mean squared error',
    lines: [{ name: 'rmse', label: 'RMSE', colour: 'purple' }],
    written: magnitude,
  },
  { title: 'Loss', lines: [{ name: 'loss', label: 'loss', colour: 'orange' }], written: loss },
  {
    title: 'Distance of the swarm',
    lines: [
      { name: 'distance', label: 'distance', colour: 'blue' },
      { name: 'target', label: 'agreement', colour: 'green', dashed: true },
      { name: 'theory', label: 'at most, by averaging alone, in theory', colour: 'orange', dashed: true, rate: true },
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
  { title: 'Bytes sent', lines: [{ name: 'sentBytes', label: 'bytes sent', colour: 'blue' }], written: bytes },
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
    /** @param {Readonly<Record<string, readonly Point[]>>} series @param {Around} around */
    draw(series, around) {
      const aim = around.target === null ? [] : levelAt(around.target, series.distance ?? [])
      for (const curve of shown) curve.draw({ ...series, target: aim }, around)
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
  const legend = document.createElement('div')
  legend.className = 'legend'
  figure.append(legend, plot)
  figure.hidden = true
  place.append(figure)
  /** @type {ReturnType<typeof echarts.init> | undefined} A plot has no size before it is shown. */
  let chart

  return {
    /** @param {Readonly<Record<string, readonly Point[]>>} series @param {Around} around */
    draw(series, around) {
      const lines = curve.lines
        .map(line => ({ ...line, points: series[line.name] ?? [] }))
        .map(line => (line.rate && line.points.length > 1 ? { ...line, label: withRate(line) } : line))
        .filter(({ points }) => points.length > 0)
      const ends = lines.flatMap(({ points }) => points.slice(-1))
      // Nothing but zeros is no curve either.
      figure.hidden = ends.every(([, value]) => value === 0)
      if (figure.hidden) return
      const last = curve.stacked ? ends.reduce((sum, [, value]) => sum + value, 0) : ends[0][1]
      latest.value = curve.written(last)
      plot.setAttribute('aria-label', inWords(curve, lines, around.unit))
      explain(legend, lines)
      if (chart === undefined) {
        chart = echarts.init(plot)
        new ResizeObserver(() => chart?.resize()).observe(plot)
      }
      chart.setOption(optionOf(curve, lines, around), { notMerge: true })
    },
  }
}

/** What is left of it in a round, which is the same in each. @param {DrawnLine} line */
function withRate({ label, points }) {
  const [[start, from], [end, to]] = [points[0], points[points.length - 1]]
  const left = (to / from) ** (1 / (end - start))
  return `${label}: ×\u00a0${Number(left.toPrecision(3))}\u00a0a\u00a0round`
}

/** A power of ten, as a logarithmic axis has them. @param {number} value */
function power(value) {
  return value < 0.01 ? value.toExponential(0) : String(value)
}

/** Says which line is which, where there are several. @param {HTMLElement} legend @param {readonly Line[]} lines */
function explain(legend, lines) {
  const names = lines.map(({ label }) => label).join()
  if (legend.dataset.names === names) return
  legend.dataset.names = names
  legend.hidden = lines.length < 2
  legend.replaceChildren(
    ...lines.map(({ label, colour }) => {
      const entry = document.createElement('span')
      const swatch = document.createElement('span')
      swatch.className = `swatch ${colour}`
      entry.append(swatch, label)
      return entry
    }),
  )
}

/** The curve for those who do not see it. @param {Curve} curve @param {readonly DrawnLine[]} lines @param {Unit} unit */
function inWords({ title, written }, lines, unit) {
  const said = lines.map(({ label, points, dashed }) => {
    const [[firstAt, first], [lastAt, last]] = [points[0], points[points.length - 1]]
    if (dashed) return `${label} at ${written(last)}`
    return `${label} ${written(last)} at ${moment(lastAt, unit)}, ${written(first)} at ${moment(firstAt, unit)}`
  })
  return `${title}: ${said.join('; ')}`
}

/** @param {Curve} curve @param {readonly DrawnLine[]} lines @param {Around} around */
function optionOf(curve, lines, { at, unit }) {
  const { written, log, stacked, share } = curve
  const [ink, faint, rule] = ['ink', 'faint', 'rule'].map(colour)
  const along = (/** @type {number} */ time) => (unit === 'rounds' ? count(time) : moment(time, unit))
  const text = { color: faint, fontSize: 11 }
  // A logarithmic axis has no zero.
  const shown = log ? lines.map(line => ({ ...line, points: line.points.filter(([, value]) => value > 0) })) : lines
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 8, right: 14, top: 10, bottom: 4, containLabel: true },
    xAxis: {
      type: 'value',
      min: 'dataMin',
      max: 'dataMax',
      splitNumber: 4,
      ...(unit === 'rounds' ? { minInterval: 1 } : {}),
      axisLabel: { ...text, formatter: along, showMinLabel: false, showMaxLabel: false, hideOverlap: true },
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
          moment(under[0].value[0], unit),
          ...under.map(({ seriesName, value }) => `${seriesName} ${written(value[1])}`),
        ].join('\n'),
    },
    series: shown.map(({ label, colour: name, points, dashed }, index) => ({
      name: label,
      type: 'line',
      data: points,
      showSymbol: points.length < 2,
      symbolSize: 5,
      lineStyle: { width: 2, type: dashed ? 'dashed' : 'solid' },
      color: colour(name),
      ...(at !== undefined && index === 0 ? { markLine: markAt(at, ink) } : {}),
      ...(stacked ? { stack: 'all', areaStyle: { opacity: 0.35 } } : {}),
    })),
  }
}

/** The moment that is looked at. @param {number} time @param {string} ink */
function markAt(time, ink) {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    data: [{ xAxis: time }],
    label: { show: false },
    lineStyle: { color: ink, width: 1, type: 'solid' },
  }
}
