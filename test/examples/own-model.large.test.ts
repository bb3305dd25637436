import { expect, test } from 'vitest'
import { startProgram } from '../peer/command-line.ts'

const DEADLINE_MS = 120_000

test('peers learn digits with a model of their own, as the page says', { timeout: DEADLINE_MS }, async () => {
  const args = ['swarm', '--peers', '2', '--steps', '40', '--model', 'module:examples/own-model/model.mjs']
  const { code, stdout } = await startProgram('peer/hearsay.ts', args, { cwd: '.' }).finished
  expect(code).toBe(0)
  expect(stdout).toMatch(/all 2 peers sealed on\s+[0-9a-f]{64}/)
  const [, accuracy] = /common model +([\d.]+) %/.exec(stdout) ?? []
  // Of ten classes one is guessed right in ten; 40 steps give about 60 %.
  expect(Number(accuracy)).toBeGreaterThan(40)
})
