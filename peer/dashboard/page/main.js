/** The page: takes what the dashboard tells, and shows it. */

import { createCurves } from './curves.js'
import { createGraph } from './graph.js'
import { createHistory } from './history.js'
import {
  addLog,
  at,
  clearLog,
  isOver,
  showAbout,
  showDivergence,
  showFigures,
  showLines,
  showNeighbours,
  showPhase,
  showWaiting,
} from './sections.js'
import { moment } from './words.js'

/**
 * @typedef {import('../told.ts').Whole} Whole
 * @typedef {import('../told.ts').Now} Now
 * @typedef {import('../told.ts').Measured} Measured
 * @typedef {import('../told.ts').LogLine} LogLine
 * @typedef {import('../told.ts').Point} Point
 */

/** Points of a curve with which the whole is taken anew, thinned. */
const MOST_POINTS = 1_200

/** Lines of the log that a page keeps. */
const MOST_LINES = 1_000

const graph = createGraph(at('graph'))
const curves = createCurves(at('curves'))

/** @type {Now | undefined} */
let now
/** @type {Whole['unit']} */
let unit = 'seconds'
/** @type {Pick<Whole, 'what' | 'tellsExchanges'>} */
let about = { what: 'peer', tellsExchanges: true }
const written = (/** @type {number} */ time) => moment(time, unit)
const history = createHistory(draw, written)
/** @type {Record<string, Point[]>} */
let series = {}
let isDue = false

/** Everything that changes is drawn at once, when the browser next draws. */
function draw() {
  if (isDue) return
  isDue = true
  requestAnimationFrame(() => {
    isDue = false
    if (now === undefined) return
    const before = history.shown()
    const shown = before ?? now
    showPhase(shown)
    showWaiting(now)
    showDivergence(now)
    showLines(shown, now)
    showFigures(shown, before === undefined ? series : until(before.at), unit)
    showNeighbours(now)
    graph.draw(shown, about)
    curves.draw(series, { target: shown.target, at: before?.at, unit })
  })
}

/** The figures up to a moment. @param {number} time */
function until(time) {
  return Object.fromEntries(Object.entries(series).map(([name, points]) => [name, points.filter(([at]) => at <= time)]))
}

/** @param {string} text @param {'live' | 'lost' | ''} kind */
function sayLink(text, kind) {
  const link = at('link')
  if (link.textContent !== text) link.textContent = text
  link.className = `link ${kind}`
}

/** @type {EventSource | undefined} */
let source

function follow() {
  source?.close()
  source = new EventSource('events')
  hear('whole', (/** @type {Whole} */ whole) => {
    now = whole.now
    unit = whole.unit
    about = whole
    series = Object.fromEntries(Object.entries(whole.series).map(([name, points]) => [name, [...points]]))
    showAbout(whole)
    clearLog()
    addLog(whole.log, MOST_LINES)
    at('stop').hidden = !whole.mayStop || isOver(now.phase)
    sayLink('live', 'live')
    // It is there to be played back, and nothing depends on it.
    history.load().catch(() => {})
    draw()
  })
  hear('now', (/** @type {Now} */ told) => {
    now = told
    history.add(now)
    if (isOver(now.phase)) at('stop').hidden = true
    draw()
  })
  hear('measured', (/** @type {Measured} */ { at: time, figures }) => {
    for (const [name, value] of Object.entries(figures)) {
      series[name] = [...(series[name] ?? []), [time, value]]
      if (series[name].length > MOST_POINTS) return follow()
    }
    draw()
  })
  hear('log', (/** @type {LogLine} */ line) => addLog([line], MOST_LINES))
  source.addEventListener('error', () => {
    at('stop').hidden = true
    if (source?.readyState === EventSource.CLOSED) {
      return sayLink('refused: the address has changed, open the one that the terminal shows', 'lost')
    }
    if (now !== undefined && isOver(now.phase)) sayLink('ended; this is how it was', '')
    else sayLink('connection lost; trying again…', 'lost')
  })
}

/** @template Told @param {string} name @param {(told: Told) => void} listener */
function hear(name, listener) {
  source?.addEventListener(name, ({ data }) => listener(JSON.parse(data)))
}

const sure = /** @type {HTMLDialogElement} */ (at('sure'))
at('stop').addEventListener('click', () => sure.showModal())
sure.addEventListener('close', async () => {
  if (sure.returnValue !== 'stop') return
  sure.returnValue = ''
  const { ok } = await fetch('stop', { method: 'POST' })
  sayLink(ok ? 'stopping…' : 'not stopped: open the address that the terminal shows', ok ? 'live' : 'lost')
})

// The plots are drawn in colours as they were: they have to be told.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
follow()
