/** The parts of the page that are text: phases, figures, tables, the log. */

import { bytes, count, elapsed, loss, magnitude, percent, share, timeOfDay } from './words.js'

/**
 * @typedef {import('../told.ts').Now} Now
 * @typedef {import('../told.ts').Frame} Frame
 * @typedef {import('../told.ts').Whole} Whole
 * @typedef {import('../told.ts').LogLine} LogLine
 * @typedef {import('../told.ts').Point} Point
 */

/** @type {readonly (readonly [phase: Now['phase'], name: string])[]} */
const PHASES = [
  ['starting', 'starting'],
  ['waiting', 'waiting'],
  ['training', 'training'],
  ['averaging', 'averaging'],
  ['sealing', 'choosing'],
  ['sealed', 'sealed'],
]

/** @param {string} id @returns {HTMLElement} */
export function at(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`no element ${id}`)
  return found
}

/** @template {keyof HTMLElementTagNameMap} Tag @param {Tag} tag @param {string} text @param {string} [name] of its class */
function element(tag, text, name) {
  const made = document.createElement(tag)
  made.textContent = text
  if (name !== undefined) made.className = name
  return made
}

/** Changes a text only where it is another one, so that nothing that is selected or read aloud begins anew. @param {string} id @param {string} text */
function write(id, text) {
  const place = at(id)
  if (place.textContent !== text) place.textContent = text
}

/** Whether nothing goes on any more. @param {Now['phase']} phase */
export function isOver(phase) {
  return phase === 'ended' || phase === 'diverged'
}

/** @param {Frame} now */
export function showPhase({ phase, seal }) {
  const hasEnded = isOver(phase)
  // One that ended on the way got as far as its seal says.
  const index = hasEnded ? (seal === null ? -1 : PHASES.length) : PHASES.findIndex(([name]) => name === phase)
  const items = PHASES.map(([, name], i) => {
    const item = element('li', name, i < index ? 'done' : i === index ? 'now' : '')
    if (i === index) item.setAttribute('aria-current', 'step')
    return item
  })
  const current = hasEnded ? phase : (PHASES[index]?.[1] ?? phase)
  if (at('phases').dataset.current !== current) {
    at('phases').dataset.current = current
    at('phases').replaceChildren(...items)
  }
  write('phase-said', current)
  at('seal').hidden = seal === null
  if (seal !== null && at('hash').dataset.seal !== seal) {
    at('hash').dataset.seal = seal
    at('hash').replaceChildren(pastable(seal))
  }
}

/** @param {Now} now */
export function showDivergence({ diverged }) {
  at('diverged').hidden = diverged === null
  const said = diverged ?? ''
  write('diverged-why', `${said.charAt(0).toUpperCase()}${said.slice(1)}`)
}

/** Which kinds of lines there are, and what is to be said of them. @param {Frame} shown @param {Now} now */
export function showLines({ links }, { aside }) {
  for (const [id, by] of [
    ['connected', 'connection'],
    ['by-topology', 'topology'],
  ]) {
    at(id).hidden = links.every(link => link.by !== by)
  }
  at('aside').hidden = aside === null
  write('aside', aside ?? '')
}

/** @param {Now} now */
export function showWaiting({ waiting, joining }) {
  at('waiting').hidden = waiting === null
  write('waiting-why', waiting ?? '')
  at('joining').hidden = joining === null
  write('joining-how', joining?.how ?? '')
  const lines = joining?.lines ?? []
  const place = at('joining-lines')
  if (place.dataset.lines === lines.join('\n')) return
  place.dataset.lines = lines.join('\n')
  place.replaceChildren(
    ...lines.map(line => {
      const row = element('div', '', 'paste')
      row.append(pastable(line))
      return row
    }),
  )
}

/** A text that is copied by its button. @param {string} text */
function pastable(text) {
  const parts = document.createDocumentFragment()
  const code = element('code', text)
  const button = element('button', 'Copy')
  button.type = 'button'
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text)
      button.textContent = 'Copied'
    } catch {
      // Over plain HTTP from elsewhere browsers have no clipboard: then it is selected.
      getSelection()?.selectAllChildren(code)
    }
  })
  parts.append(code, button)
  return parts
}

/** @param {Frame} now @param {Readonly<Record<string, readonly Point[]>>} series @param {Whole['unit']} unit */
export function showFigures({ at: time, steps, nodes, target }, series, unit) {
  const isSimulated = unit === 'rounds'
  const isPeer = nodes.some(({ isSelf }) => isSelf)
  const last = (/** @type {string} */ name) => series[name]?.at(-1)?.[1]
  const carried = ['exchangeBytes', 'fetchBytes', 'overheadBytes', 'sentBytes'].reduce(
    (sum, name) => sum + (last(name) ?? 0),
    0,
  )
  /** @type {readonly (readonly [name: string, value: string, note: string] | undefined)[]} */
  const figures = [
    isSimulated
      ? ['round', count(time), steps === null ? '' : `of ${count(steps.asked)}`]
      : ['running for', elapsed(time), ''],
    steps === null || isSimulated
      ? undefined
      : [isPeer ? 'own steps' : 'slowest at step', count(steps.done), `of ${count(steps.asked)}`],
    measured('accuracy', last('accuracy'), percent),
    measured('R²', last('r2'), value => value.toFixed(3)),
    measured('loss', last('loss'), loss),
    measured('distance', last('distance'), magnitude, target === null ? '' : `agrees at ${magnitude(target)}`),
    measured('samples a second', last('samplesPerSecond'), count),
    isSimulated
      ? undefined
      : isPeer
        ? ['other peers', count(nodes.length - 1), '']
        : ['peers', count(nodes.length), ''],
    ['bytes', bytes(carried), isSimulated ? 'sent' : 'in and out'],
  ]
  at('figures').replaceChildren(
    ...figures.flatMap(figure => {
      if (figure === undefined) return []
      const [name, value, note] = figure
      const box = document.createElement('div')
      const said = element('dd', `${value} `)
      if (note !== '') said.append(element('small', note))
      box.append(element('dt', name), said)
      return [box]
    }),
  )
}

/** @param {string} name @param {number | undefined} value @param {(value: number) => string} written @returns {readonly [string, string, string] | undefined} */
function measured(name, value, written, note = '') {
  return value === undefined ? undefined : [name, written(value), note]
}

/** @param {Now['neighbours'][number]} neighbour */
function isClipped({ clipped, trust }) {
  return clipped > 0 || trust < 1
}

/** @param {Now} now */
export function showNeighbours({ neighbours, more }) {
  const rows = neighbours.map(each => {
    const row = document.createElement('tr')
    const name = element('th', each.name)
    name.scope = 'row'
    name.title = each.id
    const last =
      each.last === null ? '–' : `${each.last.outcome}, ${each.last.codec}, ${each.last.seconds.toFixed(2)} s`
    row.append(
      name,
      element('td', each.phase),
      element('td', count(each.step), 'figure'),
      element('td', magnitude(each.distance), 'figure'),
      element('td', each.connection),
      element('td', count(each.exchanges), 'figure'),
      element('td', count(each.broken), 'figure'),
      element('td', count(each.unsettled), 'figure'),
      element('td', count(each.clipped), 'figure of-clipping'),
      element('td', share(each.trust), 'figure of-clipping'),
      element('td', bytes(each.bytes), 'figure'),
      element('td', last),
    )
    return row
  })
  at('neighbours').replaceChildren(...rows)
  // Most swarms have nothing to show of it.
  at('neighbours-table').classList.toggle('clips', neighbours.some(isClipped))
  at('neighbours-scroll').hidden = rows.length === 0
  at('nobody').hidden = rows.length > 0
  at('more').hidden = more === 0
  write('more', `and ${count(more)} more`)
}

/** @param {Pick<Whole, 'what' | 'facts' | 'recipe' | 'title' | 'tellsExchanges'>} whole */
export function showAbout({ what, facts, recipe, title, tellsExchanges }) {
  const isSimulated = what === 'simulation'
  at('neighbours-part').hidden = isSimulated
  at('phases').hidden = isSimulated
  at('exchanging').hidden = !tellsExchanges
  write('exchanging-said', isSimulated ? 'have just exchanged' : 'exchange now')
  if (isSimulated) {
    write(
      'graph-said',
      'Colour: distance from the mean of all, relative to it, which stands below the name. Drawn are up to 64 peers.',
    )
    write('sure-said', 'It ends cleanly, as by Ctrl-C: what there is by then is the result.')
  }
  write('stop', `Stop this ${what}`)
  write('sure-head', `Stop this ${what}?`)
  write('neighbours-head', what === 'peer' ? 'Neighbours' : 'Peers')
  write('title', title)
  document.title = `hearsay ${title}`
  at('facts').replaceChildren(...facts.flatMap(([name, value]) => [element('dt', name), element('dd', value)]))
  write('recipe', JSON.stringify(recipe, null, 2))
}

/** @param {readonly LogLine[]} lines @param {number} most so many are kept */
export function addLog(lines, most) {
  const [log, scroll] = [at('log'), at('log-scroll')]
  // Who has scrolled back reads on where they are.
  const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40
  for (const { time, kind, text } of lines) {
    const item = element('li', '', `said-${kind}`)
    item.append(element('time', timeOfDay(time)), element('span', text))
    log.append(item)
  }
  while (log.childElementCount > most) log.firstElementChild?.remove()
  if (isAtEnd) scroll.scrollTop = scroll.scrollHeight
}

export function clearLog() {
  at('log').replaceChildren()
}
