import { expect, test } from 'vitest'
import { frozenOf, movingLayout, movingOf, wholeOf } from '../../src/parameters/frozen.ts'
import { createLayout, LayoutError, sameLayout } from '../../src/parameters/layout.ts'

const whole = createLayout([
  { name: 'base', shape: [2], trainable: false, frozen: true },
  { name: 'head', shape: [1, 2], trainable: true },
  { name: 'top', shape: [1], trainable: false, frozen: true },
  { name: 'mean', shape: [1], trainable: false },
])
const vector = Float32Array.of(1, 2, 3, 4, 5, 6)

test('what moves has a layout of its own, in the order of the whole', () => {
  const moving = movingLayout(whole)
  expect(moving.tensors.map(({ name, offset }) => [name, offset])).toEqual([
    ['head', 0],
    ['mean', 2],
  ])
  expect(moving.length).toBe(3)
})

test('a layout of which nothing is frozen is its own', () => {
  const moving = movingLayout(whole)
  expect(movingLayout(moving)).toBe(moving)
})

test('both parts together are the whole again', () => {
  const [moving, frozen] = [movingOf(whole, vector), frozenOf(whole, vector)]
  expect([...moving]).toEqual([3, 4, 6])
  expect([...frozen]).toEqual([1, 2, 5])
  expect(wholeOf({ layout: whole, values: frozen }, moving)).toEqual(vector)
})

test('what is taken out is a copy', () => {
  movingOf(whole, vector).fill(0)
  expect(vector[2]).toBe(3)
})

test('vectors of another length are refused with both', () => {
  expect(() => movingOf(whole, new Float32Array(5))).toThrow(LayoutError)
  expect(() => movingOf(whole, new Float32Array(5))).toThrow('the whole model has 6 elements, and 5 were given')
  const frozen = { layout: whole, values: frozenOf(whole, vector) }
  expect(() => wholeOf(frozen, new Float32Array(2))).toThrow('the whole model has 6 elements, and 5 were given')
})

test('a frozen tensor and one that moves are two layouts', () => {
  const [slot] = whole.tensors
  const thawed = createLayout([{ name: slot.name, shape: slot.shape, trainable: false }])
  expect(sameLayout(createLayout([slot]), createLayout([slot]))).toBe(true)
  expect(sameLayout(createLayout([slot]), thawed)).toBe(false)
})
