import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { bar, sparkline } from '../../../peer/live/gauges.ts'

test.each([
  [0, '░░░░'],
  [0.5, '██░░'],
  [1, '████'],
  [1.2, '████'],
  [-1, '░░░░'],
])('a bar of the share %d', (share, drawn) => {
  expect(stripVTControlCharacters(bar(share, 4, process.stderr))).toBe(drawn)
})

test('a curve falls by a level for each magnitude', () => {
  expect(sparkline([1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1], 10)).toBe('█▇▆▅▄▃▂▁')
})

test('what does not change is full, and 0 is the lowest level', () => {
  expect(sparkline([0.5, 0.5], 10)).toBe('██')
  expect(sparkline([0, 0.5, 0], 10)).toBe('▁█▁')
  expect(sparkline([0], 10)).toBe('▁')
  expect(sparkline([], 10)).toBe('')
})

test('of more values than columns each column is the mean of its own', () => {
  const values = Array.from({ length: 97 }, (_, i) => 10 ** -i)
  const curve = sparkline(values, 8)
  expect(curve).toHaveLength(8)
  expect([...curve].every((level, i) => i === 0 || level <= curve[i - 1])).toBe(true)
  expect([curve[0], curve[7]]).toEqual(['█', '▁'])
})
