import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, hearsay, start, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const csv = folder.write('blobs.csv', blobs())

test.concurrent('the task consensus averages vectors and keeps their mean', async () => {
  const out = `${folder.path}/consensus.json`
  const args = ['simulate', '--peers', '8', '--task', 'consensus', '--dimension', '20', '--rounds', '10', '--seed', '3']
  const { code, stdout, stderr } = await warmHearsay(...args, '--json', '--out', out)
  expect(code, stderr).toBe(0)
  const result = JSON.parse(stdout)
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(result)
  expect(result).toMatchObject({ engine: 'virtual', peers: 8, seed: 3, recipe: { objective: { task: 'consensus' } } })
  expect(result.final.round).toBe(10)
  expect(result.final.consensusDistance).toBeLessThan(result.rounds[0].consensusDistance / 10)
  expect(result.final.meanDrift).toBeLessThan(1e-5)
})

test.concurrent('peers that learn end in agreement, and people see a table', async () => {
  const task = ['--data', `csv:${csv}`, '--model', 'linear', '--steps', '40']
  const { code, stdout, stderr } = await hearsay(
    'simulate',
    '--peers',
    '4',
    ...task,
    '--loss',
    '0.05',
    '--delay',
    '5-20',
  )
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/round +time +distance +merged +local mean +local worst +sent\n/)
  expect(stdout).toMatch(/sealed on +[0-9a-f]{64}/)
  for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
})

test.skipIf(!existsSync('/proc/self'))(
  'a result that cannot be written is shown, and then complained about in a line',
  async () => {
    const task = ['--task', 'consensus', '--dimension', '5', '--rounds', '2']
    const { code, stdout, stderr } = await warmHearsay(
      'simulate',
      '--peers',
      '2',
      ...task,
      '--out',
      '/proc/hearsay.json',
    )
    expect(code).toBe(process.getuid?.() === 0 ? 1 : 2)
    if (code === 1) expect(stdout).toMatch(/drift of the mean/)
    expect(stderr).toMatch(/^hearsay: --out \/proc\/hearsay\.json [^\n]*\n$/m)
    expect(stderr).not.toMatch(/^ +at /m)
  },
)

test.concurrent('a run leaves its result, its rounds and its report behind', async () => {
  const [out, table, report] = ['a.json', 'a.csv', 'a.html'].map(name => `${folder.path}/${name}`)
  const task = ['--engine', 'matrix', '--task', 'consensus', '--dimension', '8', '--rounds', '4', '--peers', '9']
  const how = ['--rule', 'dpsgd', '--topology', 'torus', '--evaluate-every', '2']
  const files = ['--out', out, '--csv', table, '--report', report]
  const { code, stderr } = await warmHearsay('simulate', ...task, ...how, ...files)
  expect(code, stderr).toBe(0)
  const result = JSON.parse(readFileSync(out, 'utf8'))
  expect(result).toMatchObject({ engine: 'matrix', recipe: { averaging: { rule: 'dpsgd', topology: 'torus' } } })
  const rows = readFileSync(table, 'utf8').trimEnd().split('\n')
  expect(rows.map(row => row.split(',')[0])).toEqual(['round', '0', '2', '4'])
  const command = `hearsay simulate ${[...task, ...how, ...files].join(' ')}`
  expect(readFileSync(report, 'utf8')).toContain(`<pre>${command}</pre>`)
})

test.concurrent('a run that is interrupted leaves a valid, partial result, and says so', async () => {
  const out = `${folder.path}/interrupted.json`
  const args = ['--engine', 'matrix', '--task', 'consensus', '--peers', '50', '--rule', 'dpsgd', '--topology', 'ring']
  const running = start(['simulate', ...args, '--rounds', '10000000', '--loss', '0.1', '--churn', '0.2', '--out', out])
  await running.printed(/round \d/)
  running.signal('SIGINT')
  const { code, stdout } = await running.finished
  expect(code).toBe(130)
  expect(stdout).toMatch(/partial +interrupted; valid as far as it goes/)
  const result = JSON.parse(readFileSync(out, 'utf8'))
  expect(result.partial).toEqual({ reason: 'interrupted' })
  const inspected = await warmHearsay('inspect', out)
  expect(inspected).toMatchObject({ code: 0, stdout: expect.stringContaining('interrupted') })
  expect(inspected.stdout).toMatch(/conditions +--loss 0\.1 --churn 0\.2\n/)
})

test.concurrent('a run that diverges names round and peer, and leaves what came before', async () => {
  const out = `${folder.path}/diverged.json`
  const problem = ['--engine', 'matrix', '--task', 'quadratic', '--peers', '4', '--rule', 'dpsgd', '--topology', 'ring']
  const { code, stderr } = await warmHearsay(
    'simulate',
    ...problem,
    '--learning-rate',
    '1e9',
    '--rounds',
    '50',
    '--out',
    out,
  )
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^hearsay: the run diverged: in round \d+ the parameters of peer-\d were not finite, or their norm was above/m,
  )
  // Which the task does not have.
  expect(stderr).not.toContain('--clip-norm')
  expect(JSON.parse(readFileSync(out, 'utf8')).partial).toMatchObject({ reason: 'diverged', peer: /peer-\d/ })
  expect((await warmHearsay('inspect', out)).code).toBe(0)
})

test.concurrent('a sweep keeps a file for each run, refuses what cannot be, and runs nothing twice', async () => {
  const grid = folder.write(
    'grid.json',
    JSON.stringify({
      base: { task: 'consensus', dimension: 4, rounds: 2, peers: 6 },
      grid: { topology: ['ring', 'hypercube'], seed: [1, 2] },
    }),
  )
  const [results, report] = [`${folder.path}/results`, `${folder.path}/sweep.html`]
  const first = await warmHearsay('simulate', '--sweep', grid, '--out', results, '--report', report)
  expect(first.code, first.stderr).toBe(0)
  expect(first.stdout).toMatch(/topology=ring seed=2 +finished +2/)
  expect(first.stdout).toMatch(/topology=hypercube seed=1 refused: hypercube needs a power of two/)
  expect(readFileSync(report, 'utf8')).toContain('hearsay simulate --task consensus')
  const written = readdirSync(results).map(name => [name, statSync(`${results}/${name}`).mtimeMs])
  expect(written).toHaveLength(2)
  const again = await warmHearsay('simulate', '--sweep', grid, '--out', results, '--json')
  expect(JSON.parse(again.stdout).runs.map(({ status }: { status: string }) => status)).toEqual([
    'finished',
    'finished',
    'refused',
    'refused',
  ])
  expect(readdirSync(results).map(name => [name, statSync(`${results}/${name}`).mtimeMs])).toEqual(written)
})
