import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { drawStanding, type Standing } from '../../../peer/live/standing.ts'

const standing: Standing = {
  members: {
    columns: [
      { title: 'peer', align: 'left' },
      { title: 'phase', align: 'left' },
      { title: 'exchanges', align: 'right' },
      { title: 'distance', align: 'right' },
    ],
    rows: Array.from({ length: 20 }, (_, i) => [`…peer${i}`, 'averaging', '1,234', '0.0012']),
  },
  training: { title: 'step', done: 450, asked: 1_000, left: 12 },
  exchanges: { made: 40, asked: 45 },
  distances: { values: [0.1, 0.01, 0.0012], target: 0.001 },
  figures: ['loss 0.213', 'accuracy 92.3 %', '3,456 samples/s', '19 other peers'],
  note: 'waiting for 19 other peers to end training and agree',
}

function draw(columns: number, rows = 24, changes: Partial<Standing> = {}): string[] {
  const frame = drawStanding({ ...standing, ...changes }, { columns, rows }, process.stderr)
  return stripVTControlCharacters(frame).split('\n')
}

const words = (lines: readonly string[]) => new Set(lines.join(' ').split(/\s+/))

test('a wide terminal shows all of it', () => {
  expect(draw(100, 60).filter((_, i) => i < 3 || i > 20)).toEqual([
    '',
    '  peer     phase      exchanges  distance',
    '  …peer0   averaging      1,234    0.0012',
    '  …peer19  averaging      1,234    0.0012',
    '',
    '  training   ███████████░░░░░░░░░░░░░  step 450 of 1,000   12 s left',
    '  exchanges  █████████████████████░░░  40 of 45 asked for',
    '  distance   █▄▁                       0.0012   agreed at 0.0010',
    '  loss 0.213   accuracy 92.3 %   3,456 samples/s   19 other peers',
    '  waiting for 19 other peers to end training and agree',
  ])
})

test('a narrow terminal has fewer columns and facts, and no word that is cut', () => {
  const all = words(draw(200, 60))
  for (let columns = 24; columns < 120; columns++) {
    const lines = draw(columns)
    for (const line of lines) expect(line.length, `${columns} columns: ${line}`).toBeLessThan(columns)
    for (const word of words(lines))
      if (!/^\d+$/.test(word)) expect([word, all.has(word) || word === 'and' || word === 'more']).toEqual([word, true])
    expect(lines[1]).toMatch(/^ {2}peer/)
  }
  expect(draw(36).slice(1, 3)).toEqual(['  peer    phase      exchanges', '  …peer0  averaging      1,234'])
})

test('a low terminal has fewer peers, and says how many more there are', () => {
  for (const rows of [8, 12, 24, 40]) {
    const lines = draw(80, rows)
    const shown = lines.filter(line => line.startsWith('  …peer')).length
    expect(shown).toBeGreaterThan(0)
    expect(lines).toContain(`  and ${20 - shown} more`)
    if (rows >= 12) expect(lines.length).toBeLessThan(rows)
  }
  expect(draw(80, 80).join('\n')).not.toContain('more')
})

test('nothing is said of what there is not', () => {
  const lines = draw(80, 24, {
    training: undefined,
    exchanges: { made: 0, asked: 0 },
    distances: undefined,
    figures: [],
    note: undefined,
  })
  expect(lines.at(-1)).toBe('')
  expect(lines.join('\n')).not.toMatch(/training|asked|agreed|NaN|undefined/)
})

test('whoever trains beyond its own steps, as others still do, has no time left', () => {
  const lines = draw(90, 24, { training: { title: 'step', done: 1_200, asked: 1_000, left: -3 } })
  expect(lines.find(line => line.includes('training'))).toBe(
    '  training   ████████████████████████  past 1,000: others still train',
  )
})
