import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, hearsay } from './command-line.ts'

const folder = temporaryFolder()
const csv = folder.write('blobs.csv', blobs())

test.concurrent('the task consensus averages vectors and keeps their mean', async () => {
  const out = `${folder.path}/consensus.json`
  const args = ['simulate', '--peers', '8', '--task', 'consensus', '--dimension', '20', '--rounds', '10', '--seed', '3']
  const { code, stdout, stderr } = await hearsay(...args, '--json', '--out', out)
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
    const { code, stdout, stderr } = await hearsay('simulate', '--peers', '2', ...task, '--out', '/proc/hearsay.json')
    expect(code).toBe(process.getuid?.() === 0 ? 1 : 2)
    if (code === 1) expect(stdout).toMatch(/drift of the mean/)
    expect(stderr).toMatch(/^hearsay: --out \/proc\/hearsay\.json [^\n]*\n$/m)
    expect(stderr).not.toMatch(/^ +at /m)
  },
)
