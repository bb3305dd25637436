/** How the run was before: moments that the page keeps, and a slider that goes back to them. */

import { at } from './sections.js'

/**
 * @typedef {import('../told.ts').Frame} Frame
 * @typedef {import('../told.ts').Now} Now
 */

/** Moments with which the page keeps every other one only. */
const MOST_FRAMES = 480

/**
 * @param {() => void} changed another moment is to be shown
 * @param {(time: number) => string} written a moment in words
 */
export function createHistory(changed, written) {
  /** @type {Frame[]} */
  let frames = []
  /** @type {Frame | undefined} The moment that is looked at; none where it is the present one. */
  let shown
  const slider = /** @type {HTMLInputElement} */ (at('moment'))
  const said = /** @type {HTMLOutputElement} */ (at('moment-said'))
  const live = at('moment-live')

  function refresh() {
    slider.max = String(Math.max(0, frames.length - 1))
    slider.value = String(shown === undefined ? frames.length - 1 : frames.indexOf(shown))
    at('replay').hidden = frames.length < 2
    live.hidden = shown === undefined
    said.value = shown === undefined ? 'as it is now' : `as it was at ${written(shown.at)}`
    slider.setAttribute('aria-valuetext', said.value)
  }

  /** @param {Frame | undefined} frame */
  function show(frame) {
    shown = frame
    refresh()
    changed()
  }

  slider.addEventListener('input', () => {
    const index = Number(slider.value)
    show(index >= frames.length - 1 ? undefined : frames[index])
  })
  live.addEventListener('click', () => {
    show(undefined)
    slider.focus()
  })

  return {
    /** Takes what was before this page was opened. */
    async load() {
      const answer = await fetch('history')
      if (!answer.ok) return
      /** @type {Frame[]} */
      const before = await answer.json()
      const last = before.at(-1)?.at ?? 0
      frames = [...before, ...frames.filter(({ at: time }) => time > last)]
      show(undefined)
    },
    /** @param {Now} now */
    add(now) {
      frames.push(now)
      if (frames.length > MOST_FRAMES) frames = frames.filter((frame, i) => i % 2 === 0 || frame === shown)
      refresh()
    },
    /** @returns {Frame | undefined} the moment that is looked at, where it is not the present one */
    shown: () => shown,
  }
}
