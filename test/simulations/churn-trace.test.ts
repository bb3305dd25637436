import { expect, test } from 'vitest'
import { parseChurnTrace } from '../../simulations/virtual/churn-trace.ts'
import { UsageError } from '../../src/errors.ts'

test('a trace is read in the order of time, with a heading, spaces and empty lines or without', () => {
  const events = [
    { time: 1.5, peer: 3, up: false },
    { time: 4, peer: 3, up: true },
  ]
  expect(parseChurnTrace('time,peer,state\n4, 3, up\r\n\n1.5,3,down\n', 'trace.csv')).toEqual(events)
  expect(parseChurnTrace('1.5,3,down\n4,3,up', 'trace.csv')).toEqual(events)
})

test('a peer that first comes is away from the beginning', () => {
  expect(parseChurnTrace('10,0,up\n20,0,down\n5,1,down\n6,1,up', 'trace.csv').filter(({ time }) => time === 0)).toEqual(
    [{ time: 0, peer: 0, up: false }],
  )
})

test.each([
  ['a state that is none', '1,2,up\n3,2,gone'],
  ['a time before the start', '1,2,up\n-3,2,down'],
  ['a peer that is no number', '1,2,up\n3,peer-2,down'],
  ['a column too few', '1,2,up\n3,down'],
  ['a column too many', '1,2,up\n3,2,down,now'],
])('%s is refused, with its line', (_what, text) => {
  expect(() => parseChurnTrace(text, 'trace.csv')).toThrow(UsageError)
  expect(() => parseChurnTrace(text, 'trace.csv')).toThrow(/^trace.csv, line 2: .* expected time,peer,up/)
})

test('a trace without events is refused', () => {
  expect(() => parseChurnTrace('\n', 'trace.csv')).toThrow(/trace.csv has no events/)
})
