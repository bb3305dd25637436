import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { readPlot } from '../simulations/svg.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const at = (name: string) => join(folder.path, name)
const read = (name: string) => readFileSync(at(name), 'utf8')
type Row = Readonly<Record<string, string>>
const rowsOf = (name: string): Row[] => parse(read(name), { columns: true })

/** What a column is in each round, from the rows alone. */
function overSeeds(
  rows: readonly Row[],
  column: string,
): { x: number; mean: number; least: number; greatest: number }[] {
  return [...Map.groupBy(rows, ({ round }) => Number(round))].map(([x, same]) => {
    const values = same.map(row => Number(row[column]))
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return { x, mean, least: Math.min(...values), greatest: Math.max(...values) }
  })
}

const consensus = ['simulate', '--engine', 'matrix', '--peers', '16', '--task', 'consensus', '--dimension', '3']

test('several seeds of one setting are a line with a band, whose values are those of the rounds in the CSV', async () => {
  const { code, stderr } = await warmHearsay(
    ...[...consensus, '--rule', 'gossip', '--topology', 'pairwise', '--rounds', '12', '--seeds', '3', '--seed', '7'],
    ...['--figure', at('distance.svg'), '--figure', `bytesSent:${at('bytes.svg')}`],
    ...['--trajectories', at('rounds.csv'), '--csv', at('runs.csv'), '--report', at('report.html')],
  )
  expect(code, stderr).toBe(0)
  const rows = rowsOf('rounds.csv')
  expect(rows).toHaveLength(3 * 13)
  expect(new Set(rows.map(({ seed }) => seed))).toEqual(new Set(['7', '8', '9']))
  expect(rowsOf('runs.csv').map(({ seed, status }) => [seed, status])).toEqual(
    ['7', '8', '9'].map(seed => [seed, 'finished']),
  )

  const plot = readPlot(read('distance.svg'), { logarithmic: true })
  expect(plot.texts).toContain('Line: mean of 3 seeds. Band: the least to the greatest of them.')
  const course = overSeeds(rows, 'consensusDistance')
  const there = course.map(({ x, greatest }) => [x, greatest])
  const back = course.map(({ x, least }) => [x, least]).reverse()
  expectPoints(plot.bands, [[...there, ...back]])
  expectPoints(plot.lines(2), [course.map(({ x, mean }) => [x, mean])])

  expect(readPlot(read('bytes.svg')).texts).toContain('sent by all peers, MB')
  const report = read('report.html')
  expect(report).toContain('the band around it goes from the least of them to the greatest')
  expect(report).toContain(
    'hearsay simulate --engine matrix --peers 16 --task consensus --dimension 3 --rule gossip --topology pairwise --rounds 12 --seed 8\n',
  )
  // Drawn for wide screens and for narrow ones.
  expect(report.match(/<polygon /g)).toHaveLength(2)
})

/** To a third of a pixel, of some two hundred over five magnitudes. */
function expectPoints(found: readonly (readonly (readonly number[])[])[], expected: readonly number[][][]): void {
  expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length))
  for (const [i, points] of expected.entries()) {
    for (const [j, [x, y]] of points.entries()) {
      expect(found[i][j][0]).toBeCloseTo(x, 1)
      expect(Math.abs(found[i][j][1] / y - 1)).toBeLessThan(0.02)
    }
  }
}

test('a sweep has a line and a legend for each setting, and its flags as columns beside the seed', async () => {
  folder.write(
    'grid.json',
    JSON.stringify({
      base: { engine: 'matrix', peers: 8, task: 'consensus', dimension: 3, rounds: 3, rule: 'dpsgd' },
      grid: { seed: [1, 2], topology: ['ring', 'chain', 'star'] },
    }),
  )
  const { code, stderr } = await warmHearsay(
    ...['simulate', '--sweep', at('grid.json'), '--out', at('results')],
    ...['--figure', `meanSquaredDistance:${at('sweep.svg')}`, '--trajectories', at('sweep.csv')],
  )
  expect(code, stderr).toBe(0)
  const [first] = rowsOf('sweep.csv')
  expect(Object.keys(first).slice(0, 5)).toEqual(['run', 'topology', 'seed', 'status', 'round'])
  expect(first).toMatchObject({ topology: 'ring', seed: '1', status: 'finished', round: '0' })
  const svg = read('sweep.svg')
  const plot = readPlot(svg, { logarithmic: true })
  expect(plot.texts).toEqual(expect.arrayContaining(['topology=ring', 'topology=chain', 'topology=star']))
  expect(plot.bands).toHaveLength(3)
  expect(svg).not.toMatch(/<script|href=|var\(--|url\((?!#)|inherit/)
})

test('one run is a line without a band', async () => {
  const { code } = await warmHearsay(...consensus, '--topology', 'ring', '--rounds', '4', '--figure', at('one.svg'))
  expect(code).toBe(0)
  const plot = readPlot(read('one.svg'), { logarithmic: true })
  expect(plot.bands).toEqual([])
  expect(plot.lines(2)[0]).toHaveLength(5)
  expect(plot.texts.join()).not.toContain('seed')
})

test.each<[what: string, args: readonly string[], words: RegExp]>([
  ['a picture of another kind', ['--figure', 'a.png'], /--figure.*expected FILE\.svg/],
  [
    'a quantity that is none',
    ['--figure', 'acuracy:a.svg'],
    /unknown quantity "acuracy"; accepted are .*mergedAccuracy/,
  ],
  ['a dashboard of several runs', ['--seeds', '2', '--dashboard', '0'], /--dashboard shows one run/],
  ['no seed', ['--seeds', '0'], /--seeds.*expected a whole number from 1 to/],
  ['a sweep with seeds of its own', ['--seeds', '2', '--sweep', 'grid.json'], /--seeds cannot be given with --sweep/],
])('%s is refused before anything runs', async (_what, args, words) => {
  const run = args.includes('--sweep') ? ['simulate'] : consensus
  const { code, stderr, stdout } = await warmHearsay(...run, ...args)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(words)
})

test('a quantity that nobody measured is complained about in a line with those that were', async () => {
  const { code, stderr } = await warmHearsay(...consensus, '--rounds', '2', '--figure', `mergedRmse:${at('none.svg')}`)
  expect(code).toBe(1)
  expect(stderr).toMatch(/mergedRmse was measured in none of these rounds; measured were .*consensusDistance/)
})
