import { expect, test } from 'vitest'
import { createBudget } from '../../../src/network/gate/budget.ts'
import { createPlaces } from '../../../src/network/gate/places.ts'

test('gives everybody a place while there are any, and takes back what is released', () => {
  const evicted: string[] = []
  const places = createPlaces<string>(2, one => evicted.push(one))
  places.take('a', 'host')
  places.take('b', 'host')
  places.release('a')
  places.release('a')
  places.release('nobody')
  places.take('c', 'host')
  expect(evicted).toEqual([])
  expect(places.taken).toBe(2)
})

test('takes from whoever has most, the oldest first, so that one who comes alone finds room', () => {
  const evicted: string[] = []
  const places = createPlaces<string>(4, one => evicted.push(one))
  places.take('early', 'lonely')
  for (const one of ['1', '2', '3', '4', '5']) places.take(one, 'flood')
  places.take('late', 'another')
  expect(evicted).toEqual(['1', '2', '3'])
  expect(places.taken).toBe(4)
})

test('takes from itself a flood of one host, whatever the order', () => {
  const evicted: number[] = []
  const places = createPlaces<number>(16, one => evicted.push(one))
  for (let i = 0; i < 1_000; i++) places.take(i, 'flood')
  expect(evicted).toHaveLength(984)
  expect(evicted).toEqual(Array.from({ length: 984 }, (_, i) => i))
})

test('a budget is what comes in time, and no more than so many at once', () => {
  let now = 0
  const budget = createBudget({ perSecond: 10, atOnce: 3 }, () => now)
  const spent = (times: number) => Array.from({ length: times }, () => budget.spend()).filter(Boolean).length
  expect(spent(5)).toBe(3)
  now += 100
  expect(spent(5)).toBe(1)
  now += 250
  expect(spent(5)).toBe(2)
  now += 3_600_000
  expect(spent(5)).toBe(3)
})
