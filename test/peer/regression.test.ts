import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { warmHearsay } from './command-line.ts'

const folder = temporaryFolder()

/** Values of 30 x − 20 y + 1000, but for a small wave. */
const MODULE = `
const rows = 120
const inputs = Float32Array.from({ length: 2 * rows }, (_, i) => Math.sin(1 + 3.7 * i))
const values = Float32Array.from({ length: rows }, (_, i) => 1000 + 30 * inputs[2 * i] - 20 * inputs[2 * i + 1] + Math.sin(i * i))
export default { inputs, values, shape: [2] }
`
const source = `module:${folder.write('measured.mjs', MODULE)}`
const flags = ['--peers', '2', '--steps', '100', '--model', 'linear', '--data', source]

test.concurrent('simulate --task regress tells R² and RMSE, in words and in the file, and inspect reads them', async () => {
  const out = join(folder.path, 'result.json')
  const report = join(folder.path, 'report.html')
  const run = await warmHearsay(
    'simulate',
    '--task',
    'regress',
    '--objective-loss',
    'huber',
    ...flags,
    '--out',
    out,
    '--report',
    report,
  )
  expect(run.stderr).toContain('task regress')
  expect(run.code).toBe(0)
  expect(run.stdout).toMatch(/Merged: R² of the average of all/)
  expect(run.stdout).toMatch(/RMSE +\d+\.\d+, MAE \d/)
  const { final, recipe, peerResults } = JSON.parse(readFileSync(out, 'utf8'))
  expect(recipe.objective).toEqual({ task: 'regress', loss: 'huber' })
  expect(final.merged).toMatchObject({ accuracy: null, r2: expect.any(Number), rmse: expect.any(Number) })
  expect(final.merged.r2).toBeGreaterThan(0.95)
  expect(peerResults[0]).toMatchObject({ accuracy: null, r2: expect.any(Number) })
  expect(readFileSync(report, 'utf8')).toContain('The merged model’s R² on the test samples is')

  const inspected = await warmHearsay('inspect', out)
  expect(inspected.code).toBe(0)
  expect(inspected.stdout).toMatch(/merged model +R² 0\.9\d\d, RMSE \d/)
  expect(inspected.stdout).toMatch(/local models +R² 0\.9\d\d mean, 0\.9\d\d worst/)
})

test.concurrent('a swarm of real peers agrees on how values are standardised, and tells R²', async () => {
  const { code, stdout, stderr } = await warmHearsay('swarm', ...flags, '--json')
  expect(code).toBe(0)
  expect(stderr).toMatch(/\nthe model is thrown away: with --save FILE it is written, [^\n]*\n$/)
  const { final, rounds, peerResults, sealed } = JSON.parse(stdout)
  expect(sealed).toBe(true)
  // The beginning too, which is judged once it is known by what values are standardised.
  expect(rounds.every(({ merged }: { merged: { r2: number } }) => merged.r2 > -10)).toBe(true)
  expect(final.merged.r2).toBeGreaterThan(0.95)
  for (const peer of peerResults)
    expect(peer).toMatchObject({ accuracy: null, alone: null, aloneR2: expect.any(Number) })
})

test.concurrent.each([
  [
    '--task classify',
    'has measured values, and no classes: the task for them is regress, not classify',
    '--task',
    'classify',
  ],
  ['--partition sorted', 'the partition sorted goes by classes', '--partition', 'sorted'],
  ['--class-weights balanced', 'training.classWeights: is of the task classify', '--class-weights', 'balanced'],
])('%s is refused for measured values', async (_what, message, ...args) => {
  const { code, stderr } = await warmHearsay('simulate', ...flags, ...args)
  expect(stderr).toContain(message)
  expect(code).toBe(2)
})

test.concurrent.each([
  ['--objective-loss', 'huber', 'objective.loss: is of the task regress'],
  ['--task', 'regress', 'the task for them is classify'],
])('%s %s is refused for classes', async (flag, value, message) => {
  const { code, stderr } = await warmHearsay('simulate', '--peers', '2', '--steps', '5', flag, value)
  expect(stderr).toContain(message)
  expect(code).toBe(2)
})

test.concurrent('init writes the recipe of a regression', async () => {
  const out = join(folder.path, 'recipe.json')
  const { code, stdout } = await warmHearsay(
    'init',
    '--yes',
    '--data',
    source,
    '--task',
    'regress',
    '--out',
    out,
    '--json',
  )
  expect(code).toBe(0)
  const { recipe } = JSON.parse(stdout)
  expect(recipe.objective.task).toBe('regress')
  expect(recipe.model).toMatchObject({ shape: [2], classes: 0, outputs: 1 })
})
