import { expect, test } from 'vitest'
import { createEvents } from '../../../src/gossip/events.ts'
import { PORTRAIT_EVERY } from '../../../src/gossip/membership/constants.ts'
import { createPortraying } from '../../../src/gossip/seal/portraying.ts'
import { announcementOf } from '../announcements.ts'

/** A peer whose sketch has not moved unless it is said to have. */
function createSitter() {
  const { sketch, addresses: _, ...word } = announcementOf()
  const events = createEvents(() => {})
  const state = { moved: false, another: false, addresses: ['/ip4/1.2.3.4/tcp/1'] }
  const portray = createPortraying({
    events,
    sketchNews: {
      differs: () => state.moved,
      isAnother: () => state.moved || state.another,
      told() {
        state.moved = state.another = false
      },
    },
  })
  const says = (phase = word.phase) =>
    portray({ ...word, phase }, () => ({ sketch, addresses: state.addresses })).sketch !== undefined
  return { events, state, says, saysTimes: (times: number) => Array.from({ length: times }, () => says()) }
}

test('a portrait is shown first, and then every few times', () => {
  const { saysTimes } = createSitter()
  expect(saysTimes(2 * PORTRAIT_EVERY)).toEqual([true, false, false, true, false, false])
})

test('a portrait is shown when the sketch has moved, and when addresses are others', () => {
  const { state, says } = createSitter()
  says()
  state.moved = true
  expect(says()).toBe(true)
  expect(says()).toBe(false)
  state.addresses = [...state.addresses, '/ip4/1.2.3.4/tcp/2']
  expect(says()).toBe(true)
})

test('of what a peer froze a portrait is shown even where it has moved by less than matters', () => {
  const { state, says } = createSitter()
  says()
  state.another = true
  expect(says('averaging')).toBe(false)
  expect([says('sealing'), says('sealing')]).toEqual([true, false])
})

test('a portrait is shown to somebody who was met, and with a goodbye', () => {
  const { events, says } = createSitter()
  says()
  events.emit('met', {})
  expect([says(), says()]).toEqual([true, false])
  expect(says('left')).toBe(true)
})
