import { expect, test } from 'vitest'
import { dateAndTime, until } from '../../peer/until.ts'

const NOW = Date.parse('2026-11-30T10:00:00Z')
const MINUTE = 60_000

test.each([
  ['30m', 30 * MINUTE],
  ['12h', 720 * MINUTE],
  ['7d', 7 * 1_440 * MINUTE],
  ['2w', 14 * 1_440 * MINUTE],
])('%s is so long from now on', (text, milliseconds) => {
  expect(until(text, NOW)).toBe(NOW + milliseconds)
})

test('a day ends at its end, and a time is by the clock here, where no zone is named', () => {
  expect(new Date(until('2026-12-31', NOW)).toString()).toContain('Dec 31 2026 23:59:59')
  expect(new Date(until('2026-12-31T18:00', NOW)).toString()).toContain('Dec 31 2026 18:00:00')
  expect(until('2026-12-31 18:00:30', NOW)).toBe(until('2026-12-31T18:00:30', NOW))
  expect(until('2026-12-31T18:00Z', NOW)).toBe(Date.parse('2026-12-31T18:00:00Z'))
  expect(until('2026-12-31T18:00+01:00', NOW)).toBe(Date.parse('2026-12-31T17:00:00Z'))
  expect(until('2028-02-29', NOW)).toBeGreaterThan(NOW)
})

test.each([
  '',
  'soon',
  '7',
  '7 d',
  '1y',
  '-7d',
  '2026-02-29',
  '2026-13-01',
  '2026-12-31T25:00',
  '31.12.2026',
  '2026-12',
])('%j is no end, and what is one is said', text => {
  expect(() => until(text, NOW)).toThrow(/Expected a day such as 2026-12-31, .* or how long, such as 7d or 12h/)
})

test.each(['2026-11-29', '2026-11-30T09:00Z', '0d'])('%s is past', text => {
  expect(() => until(text, NOW)).toThrow(/this is past/)
})

test('an end is written so that it is the same everywhere', () => {
  expect(dateAndTime(Date.parse('2026-12-31T18:00:30+01:00'))).toBe('2026-12-31 at 17:00 UTC')
})
