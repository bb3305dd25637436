import { stripVTControlCharacters } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { createOutput } from '../../peer/output.ts'

const terminal = { isTTY: process.stderr.isTTY, columns: process.stderr.columns }

afterEach(() => {
  vi.restoreAllMocks()
  Object.assign(process.stderr, terminal)
})

/** Records the output on stderr from here on, before a terminal of so many columns, or none. */
function record(columns?: number): () => string {
  Object.assign(process.stderr, { isTTY: columns !== undefined, columns })
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  return () => stripVTControlCharacters(write.mock.calls.map(([text]) => text).join(''))
}

test('what runs for hours tells people the time of day, and leaves commands as they are', () => {
  const written = record()
  const out = createOutput({}, { timed: true })
  out.say('waiting for others')
  out.say('  hearsay peer --connect /ip4/192.0.2.7/tcp/4001')
  out.sayFigures(['step 5', 'loss 0.1'])
  out.warn('odd')
  expect(written()).toMatch(
    /^\d\d:\d\d:\d\d waiting for others\n {2}hearsay peer --connect \S+\n\d\d:\d\d:\d\d step 5 {3}loss 0\.1\n\d\d:\d\d:\d\d warning: odd\n$/,
  )
})

test.each([
  ['with --json', { json: true }, { timed: true }, 'here\n'],
  ['where nobody asked for it', {}, {}, 'here\n'],
  ['to nobody, with --quiet', { quiet: true }, { timed: true }, ''],
])('no time of day is told %s', (_what, flags, options, text) => {
  const written = record()
  createOutput(flags, options).say('here')
  expect(written()).toBe(text)
})

test('in a terminal lines go on under their beginning, and of figures as many as fit are shown', () => {
  const written = record(40)
  const out = createOutput({}, { timed: true })
  out.say('one two three four five six seven eight nine ten')
  out.sayFigures(['step 450 of 1,000', 'loss 0.1', 'accuracy 90 %'])
  expect(
    written()
      .replaceAll(/\d\d:\d\d:\d\d/g, 'HH:MM:SS')
      .split('\n'),
  ).toEqual([
    'HH:MM:SS one two three four five six',
    '         seven eight nine ten',
    'HH:MM:SS step 450 of 1,000   loss 0.1',
    '',
  ])
})

test('a log in JSON is one object a line, without colours, and with --quiet nothing', () => {
  const written = record(40)
  const out = createOutput({ logFormat: 'json' }, { timed: true })
  out.say('\u001b[32m+\u001b[39m a peer joined, and this line is longer than the terminal is wide')
  out.say('  hearsay peer --connect "/ip4/192.0.2.7"')
  out.sayFigures(['step 450 of 1,000', 'loss 0.1', 'accuracy 90 %', 'distance 0.5'])
  out.warn('odd\nin two lines')
  createOutput({ logFormat: 'json', quiet: true }).warn('not said')
  const lines = written().trim().split('\n')
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  expect(lines.map(line => JSON.parse(line))).toEqual([
    { time, level: 'info', message: '+ a peer joined, and this line is longer than the terminal is wide' },
    { time, level: 'info', message: 'hearsay peer --connect "/ip4/192.0.2.7"' },
    { time, level: 'info', message: 'step 450 of 1,000   loss 0.1   accuracy 90 %   distance 0.5' },
    { time, level: 'warning', message: 'odd\nin two lines' },
  ])
  expect(out.screen).toBeUndefined()
})
