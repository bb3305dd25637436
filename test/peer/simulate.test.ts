import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { blobs, hearsay, temporaryFolder } from './command-line.ts'

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
})
