import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { RunResult } from '../../src/index.ts'
import { missingData, realData } from '../data/real-data.ts'
import { outputOf } from '../network/process.ts'

const PROGRAM = fileURLToPath(new URL('../../peer/hearsay.ts', import.meta.url))

test('eight real peers with skewed shards of MNIST seal on one model that none could learn alone', async context => {
  const folder = realData('mnist-10k')
  if (folder === undefined) return context.skip(missingData('mnist-10k'))
  const out = mkdtempSync(join(tmpdir(), 'hearsay-mnist-'))
  try {
    const file = join(out, 'r.json')
    const data = `idx:${join(folder, 't10k-images-idx3-ubyte.gz')},${join(folder, 't10k-labels-idx1-ubyte.gz')}`
    const flags = ['--peers', '8', '--model', 'mlp:64', '--data', data, '--partition', 'dirichlet:0.3', '--seed', '1']
    // A third of the steps that a recipe has by default; with all of them it is 0.94.
    flags.push('--steps', '300')
    await outputOf(process.execPath, [PROGRAM, 'swarm', ...flags, '--out', file, '--quiet'], 180_000)
    const { sealed, final, peerResults } = JSON.parse(readFileSync(file, 'utf8')) as RunResult
    expect(sealed).toBe(true)
    expect(peerResults.map(peer => peer.sealed)).toEqual(Array(8).fill(final.parametersHash))
    expect(peerResults.reduce((sum, peer) => sum + peer.samples, 0)).toBe(8_000)
    expect(final.merged?.accuracy).toBeGreaterThanOrEqual(0.86)
    const meanAlone = peerResults.reduce((sum, { alone }) => sum + (alone ?? Number.NaN), 0) / peerResults.length
    expect(meanAlone).toBeLessThanOrEqual((final.merged?.accuracy ?? 0) - 0.1)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}, 190_000)
