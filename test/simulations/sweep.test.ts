import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderFigure } from '../../simulations/report/figure.ts'
import { renderSweepReport } from '../../simulations/report/sweep-report.ts'
import { trajectoriesAsCsv } from '../../simulations/report/trajectories-csv.ts'
import { simulate } from '../../simulations/simulate.ts'
import { keepResultsIn } from '../../simulations/sweep/kept-results.ts'
import type { SweepOutcome } from '../../simulations/sweep/outcome.ts'
import { outcomesAsCsv } from '../../simulations/sweep/outcomes-csv.ts'
import type { SweepPoint } from '../../simulations/sweep/point.ts'
import { type ReadyRun, runSweep, type SweepOptions } from '../../simulations/sweep/run-sweep.ts'
import { parseSweep } from '../../simulations/sweep/sweep-file.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { readPlot } from './svg.ts'

const { path } = temporaryFolder()
const accepted = ['peers', 'topology', 'rule', 'seed']
const read = (content: unknown) => parseSweep(content, accepted, 'grid.json')

test('a grid is all combinations of its values, the last flag changing the fastest, over the base', () => {
  const points = read({ base: { peers: 8 }, grid: { topology: ['ring', 'torus'], seed: [1, 2] } })
  expect(points.map(({ name }) => name)).toEqual([
    'topology=ring seed=1',
    'topology=ring seed=2',
    'topology=torus seed=1',
    'topology=torus seed=2',
  ])
  expect(points[2].flags).toEqual({ peers: 8, topology: 'torus', seed: 1 })
})

test.each<[unknown, RegExp]>([
  [{ grid: { colour: ['red'] } }, /^grid\.json: unknown "colour" in grid; accepted are peers, topology, rule, seed$/],
  [{ base: { peerz: 3 }, grid: {} }, /unknown "peerz" in base; accepted are peers/],
  [{ bases: {}, grid: {} }, /unknown "bases"; accepted are base and grid/],
  [{ grid: { seed: [] } }, /grid\.seed: expected at least one value/],
  [{ grid: { seed: [null] } }, /grid\.seed\.0: expected a text, a number, true or false/],
  [{ base: { seed: 1 }, grid: { seed: [1] } }, /seed is in base and in grid; give it once/],
  [{ grid: { seed: Array.from({ length: 10_001 }, (_, i) => i) } }, /that is 10001 runs; expected at most 10000/],
  [[], /^grid\.json: expected a sweep, such as \{"base"/],
  [{ grid: [] }, /^grid\.json: grid: expected flags with lists of their values/],
  [
    Object.fromEntries([['grid', Object.fromEntries(accepted.map(flag => [flag, Array(10_000).fill(1)]))]]),
    /that is 10000000000000000 runs; expected at most 10000/,
  ],
])('%j is refused', (content, words) => {
  expect(() => read(content)).toThrow(words)
})

const points = read({ base: { peers: 4 }, grid: { topology: ['ring', 'hypercube', 'complete'] } })

/** Runs points for real, and says which. */
function sweeper(changes: Partial<SweepOptions> = {}) {
  const ran: string[] = []
  const sweep = () =>
    runSweep({
      points,
      prepare: async point => readyRun(point, ran),
      commandOf: ({ name }) => `run ${name}`,
      ...changes,
    })
  return { ran, sweep }
}

function readyRun({ name, flags }: SweepPoint, ran: string[]): ReadyRun {
  const recipe = parseRecipe({
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [3], classes: 0 },
    training: { steps: 0 },
    averaging: { topology: String(flags.topology) },
  })
  const options = { recipe, peers: Number(flags.peers), seed: 1, rounds: 2 }
  return {
    what: JSON.stringify(options),
    run(listening) {
      ran.push(name)
      return simulate({ ...options, ...listening })
    },
  }
}

test('what is finished is not run again, from what was kept', async () => {
  const folder = join(path, 'finished')
  const kept = await keepResultsIn(folder)
  const first = sweeper({ kept })
  const outcomes = await first.sweep()
  expect(outcomes.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished'])
  expect(first.ran).toHaveLength(3)
  expect(readdirSync(folder)).toHaveLength(3)
  const again = sweeper({ kept })
  expect((await again.sweep()).map(outcome => 'result' in outcome && outcome.result)).toEqual(
    outcomes.map(outcome => 'result' in outcome && outcome.result),
  )
  expect(again.ran).toEqual([])
})

test('a result that is partial is run again, and no other', async () => {
  const folder = join(path, 'partial')
  const kept = await keepResultsIn(folder)
  await sweeper({ kept }).sweep()
  const file = join(folder, readdirSync(folder).find(name => name.startsWith('topology=ring')) ?? '')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), partial: { reason: 'interrupted' } }))
  const again = sweeper({ kept })
  await again.sweep()
  expect(again.ran).toEqual(['topology=ring'])
})

test.each<[what: string, content: (whole: string) => string]>([
  ['that was cut off', whole => whole.slice(0, 100)],
  ['with nothing in it', () => 'null'],
  ['with a list in it', () => '[]'],
  ['of another program', () => '{"hello":1}'],
  ['whose recipe was changed', whole => whole.replace('"shape": [\n        3', '"shape": [\n        4')],
])('a file %s counts as not there: its run is made again, and no other', async (what, content) => {
  const folder = join(path, what)
  const kept = await keepResultsIn(folder)
  await sweeper({ kept }).sweep()
  const file = join(folder, readdirSync(folder).find(name => name.startsWith('topology=ring')) ?? '')
  const whole = readFileSync(file, 'utf8')
  expect(content(whole)).not.toBe(whole)
  writeFileSync(file, content(whole))
  const again = sweeper({ kept })
  expect((await again.sweep()).map(({ status }) => status)).toEqual(['finished', 'finished', 'finished'])
  expect(again.ran).toEqual(['topology=ring'])
})

test('a folder that cannot be one is refused before anything runs, and a probe leaves nothing behind', async () => {
  const file = join(path, 'a-file')
  writeFileSync(file, '')
  for (const folder of [file, join(file, 'below')]) {
    await expect(keepResultsIn(folder)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('a file of that name'),
    })
  }
  await keepResultsIn(join(path, 'made', 'probed'))
  expect(readdirSync(join(path, 'made', 'probed'))).toEqual([])
})

test.skipIf(!existsSync('/proc/self'))(
  'a folder in which nobody can make another is refused, and not waited for',
  async () => {
    await expect(keepResultsIn('/proc/hearsay')).rejects.toThrow('/proc/hearsay cannot be a folder of results')
  },
)

test('a result that cannot be kept is a result, with the reason why it has no file', async () => {
  const kept = { find: async () => undefined, keep: () => Promise.reject(new Error('the disk is full')) }
  const outcomes = await sweeper({ kept }).sweep()
  expect(outcomes.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished'])
  expect(outcomes[0]).toMatchObject({ notKept: 'the disk is full', result: { peers: 4 } })
  expect(outcomes[0]).not.toHaveProperty('file')
})

test('what was run otherwise is not taken for the same, though it has the same name', async () => {
  const kept = await keepResultsIn(join(path, 'other'))
  await sweeper({ kept }).sweep()
  const more = points.map(({ name, flags }) => ({ name, flags: { ...flags, peers: 8 } }))
  const again = sweeper({ kept, points: more })
  await again.sweep()
  expect(again.ran).toHaveLength(3)
})

test('what cannot be is recorded with its reason, and stops nothing', async () => {
  const six = points.map(({ name, flags }) => ({ name, flags: { ...flags, peers: 6 } }))
  const outcomes = await sweeper({ points: six }).sweep()
  expect(outcomes.map(({ status }) => status)).toEqual(['finished', 'refused', 'finished'])
  expect(outcomes[1]).toMatchObject({ reason: expect.stringMatching(/hypercube needs a power of two .* 4 and 8/) })
})

test('after an interruption the others wait', async () => {
  const stop = new AbortController()
  const onPoint = () => ({ onRound: () => stop.abort(new Error('stop')) })
  const outcomes = await sweeper({ signal: stop.signal, onPoint }).sweep()
  expect(outcomes.map(({ status }) => status)).toEqual(['interrupted', 'waiting', 'waiting'])
})

test('an error that is nobody’s mistake ends the sweep', async () => {
  const prepare = () => Promise.reject(new TypeError('a bug'))
  await expect(sweeper({ prepare }).sweep()).rejects.toThrow('a bug')
})

test('one page compares the runs, with the seeds of one setting as one line, and says what could not be run', async () => {
  const seeded = read({ base: { peers: 6 }, grid: { topology: ['ring', 'hypercube'], seed: [1, 2] } })
  const outcomes = await sweeper({ points: seeded }).sweep()
  const html = await renderSweepReport({ title: 'Two graphs', lead: [], outcomes, command: 'hearsay simulate' })
  expect(html).toContain('<h1>Two graphs</h1>')
  expect(html).toContain('4 runs: 2 finished, 2 refused.')
  expect(html).toContain('A line is the mean of the runs that differ in nothing but their seed;')
  expect(html).toMatch(/<th scope="row">topology=hypercube seed=1<\/th><td>refused: hypercube needs/)
  expect(html).toContain('run topology=ring seed=2')
})

const report = async (outcomes: readonly SweepOutcome[]) =>
  await renderSweepReport({ title: 'Seeds', lead: [], outcomes, command: 'hearsay simulate' })

/** A page draws each plot twice: for wide screens and for narrow ones. */
const wideOf = (plot: string) => plot.split('<div class="narrow"')[0]

/** Curves of the consensus distance. */
function curves(html: string): string[] {
  const [plot] = html.split('<h2>Consensus distance</h2>')[1].split('</figure>')
  return [...wideOf(plot).matchAll(/<path d="([^"]*)" fill="none" stroke="[^"]*" stroke-width="2"/g)].map(
    ([, path]) => path,
  )
}

test('runs that have nothing but a seed are one line', async () => {
  const outcomes = await sweeper({
    points: read({ base: { peers: 4, topology: 'ring' }, grid: { seed: [1, 2, 3] } }),
  }).sweep()
  const html = await report(outcomes)
  expect(html).toContain('A line is the mean of the runs that differ in nothing but their seed;')
  expect(curves(html)).toHaveLength(1)
})

/** Two seeds, of which one diverged after round 1 of 2. */
async function seedsOfWhichOneDiverged(): Promise<readonly [SweepOutcome, SweepOutcome]> {
  const seeded = read({ base: { peers: 4, topology: 'ring' }, grid: { seed: [1, 2] } })
  const [whole, other] = await sweeper({ points: seeded }).sweep()
  if (!('result' in whole && 'result' in other)) throw new Error('both should have a result')
  const partial = { reason: 'diverged', round: 2, peer: 'peer-0' } as const
  const rounds = other.result.rounds.slice(0, 2).map(round => ({ ...round, consensusDistance: 10 }))
  return [whole, { ...other, status: 'diverged', result: { ...other.result, seed: 2, rounds, partial } }]
}

test('a run that diverged counts for as long as it lasted, and nobody can miss that the others went on', async () => {
  const [whole, early] = await seedsOfWhichOneDiverged()
  const html = await report([whole, early])
  expect(html).toContain('Of 2 runs, seed 2 diverged in round 2.')
  expect(html).toContain('× is where a run diverged.')
  const svg = await renderFigure({ outcomes: [whole, early], quantity: 'consensusDistance' })
  for (const said of ['Thin line: the mean of the seeds that went on.', '×: a seed diverged.', 'seed 2 diverged']) {
    expect(svg).toContain(said)
  }
  const rounds = 'result' in whole ? whole.result.rounds.map(({ consensusDistance }) => consensusDistance) : []
  for (const drawing of [svg, wideOf(html.split('<h2>Consensus distance</h2>')[1])]) {
    const plot = readPlot(drawing, { logarithmic: true })
    expectNear(plot.lines(2), [(rounds[0] + 10) / 2, (rounds[1] + 10) / 2])
    expectNear(plot.lines(1.2), [(rounds[1] + 10) / 2, rounds[2]])
    // In the last round the band has no width.
    expectNear(plot.bands, [10, 10, rounds[2], rounds[2], rounds[1], rounds[0]])
  }
})

function expectNear(found: readonly (readonly (readonly [number, number])[])[], expected: readonly number[]): void {
  expect(found).toHaveLength(1)
  expect(found[0].map(([, y], i) => Math.abs(Math.log10(y / expected[i])) < 0.01)).toEqual(expected.map(() => true))
}

test('an axis of very many magnitudes reaches no further than what is drawn on it, and has labels on the way', async () => {
  const [ring] = await sweeper({ points: read({ base: { peers: 4, topology: 'ring' }, grid: {} }) }).sweep()
  if (!('result' in ring)) throw new Error('there should be a result')
  const distances = [7, 1e-4, 2e-10]
  const rounds = ring.result.rounds.slice(0, 3).map((round, i) => ({ ...round, consensusDistance: distances[i] }))
  const outcome: SweepOutcome = { ...ring, result: { ...ring.result, rounds } }
  const plot = readPlot(await renderFigure({ outcomes: [outcome] }), { logarithmic: true })
  expectNear(plot.lines(2), distances)
  expect(plot.texts).toEqual(expect.arrayContaining(['100', '1', '0.01', '1e-4', '1e-6', '1e-8', '1e-10']))
  expect(plot.texts).not.toContain('1e-12')
})

test('a setting of which nothing came is named in a figure, and so are lines that have no place in it', async () => {
  const some = read({ base: { peers: 6 }, grid: { topology: ['ring', 'hypercube'], seed: [1, 2] } })
  const svg = await renderFigure({ outcomes: await sweeper({ points: some }).sweep() })
  expect(svg).toContain('topology=hypercube: of 2 runs, seed 1 was refused, seed 2 was refused.')
  const [ring] = await sweeper({ points: read({ base: { peers: 4, topology: 'ring' }, grid: {} }) }).sweep()
  const many = Array.from({ length: 10 }, (_, i) => ({ ...ring, name: `a=${'<&>'.repeat(20)} rule=${i}` }))
  const crowded = await renderFigure({ outcomes: many })
  expect(crowded).toContain('Drawn are the first 8 of 10 settings.')
  // Names that are too long are cut, and still no two are the same.
  expect([...crowded.matchAll(/>(\d): a=&lt;&amp;&gt;.*…[^ ]* rule=(\d)</g)].map(([, i, rule]) => i + rule)).toEqual(
    [...Array(8).keys()].map(i => `${i + 1}${i}`),
  )
})

test('rounds of all runs become rows with the flags in which they differ', async () => {
  const [whole, early] = await seedsOfWhichOneDiverged()
  const mixed: SweepOutcome[] = [
    { ...whole, name: 'fast', flags: { peers: 4, strict: true, rule: 'a,b', seed: 1 } },
    { ...early, name: 'slow', flags: { peers: 4 } },
  ]
  const [heading, ...rows] = (await trajectoriesAsCsv(mixed)).trimEnd().split('\n')
  expect(heading).toMatch(/^run,strict,rule,seed,status,round,time,consensusDistance,/)
  expect(rows).toHaveLength(5)
  expect(rows[0]).toMatch(/^fast,true,"a,b",1,finished,0,0,/)
  expect(rows[4]).toMatch(/^slow,,,2,diverged,1,/)
})

test('runs become rows of a CSV with their flags, how they ended and their last figures', async () => {
  const outcomes = await sweeper().sweep()
  const [heading, ring] = (await outcomesAsCsv(outcomes)).split('\n')
  expect(heading).toMatch(/^run,peers,topology,status,reason,round,time,consensusDistance,/)
  expect(ring).toMatch(/^topology=ring,4,ring,finished,,2,/)
})
