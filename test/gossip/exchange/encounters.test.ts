import { expect, test } from 'vitest'
import { createEncounters } from '../../../src/gossip/exchange/encounters.ts'

const WHOLE = { first: 0, end: 100 }

/** This peer stays where it is, and meets another at these places, one after the other. */
function approaches(places: readonly (readonly [x: number, y: number])[], part = () => WHOLE) {
  const encounters = createEncounters({ isGone: () => false })
  const own = Float32Array.of(0, 0)
  return places.map(([x, y]) =>
    encounters.met('b', { own, theirs: Float32Array.of(x, y), part: part() }, Math.hypot(x, y)),
  )
}

test('one that comes nearer has come as far as it has moved', () => {
  expect(
    approaches([
      [10, 0],
      [7, 0],
      [3, 0],
    ]),
  ).toEqual([0, 3, 4])
})

test('one that stays, goes, or turns up as far away on another side has not come', () => {
  expect(
    approaches([
      [10, 0],
      [10, 0],
      [12, 0],
      [0, 12],
      [-12, 0],
    ]),
  ).toEqual([0, 0, 0, 0, 0])
})

test('one that comes and goes has come no farther than it was ever near', () => {
  expect(
    approaches([
      [10, 0],
      [8, 0],
      [10, 0],
      [8, 0],
      [10, 0],
      [7, 0],
    ]),
  ).toEqual([0, 2, 0, 0, 0, 1])
})

test('nothing is known of it where the two meet about other elements, or have trained', () => {
  let first = 0
  expect(
    approaches(
      [
        [10, 0],
        [7, 0],
      ],
      () => ({ first: first++, end: 100 }),
    ),
  ).toEqual([0, 0])
  const encounters = createEncounters({ isGone: () => false })
  const [own, far, near] = [0, 10, 7].map(x => Float32Array.of(x))
  encounters.met('b', { own, theirs: far, part: WHOLE }, 10)
  encounters.forget()
  expect(encounters.met('b', { own, theirs: near, part: WHOLE }, 7)).toBe(0)
})
