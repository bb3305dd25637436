import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'

const PROGRAM = join(import.meta.dirname, 'programs/soak.ts')
const PEERS = 8
const EXCHANGES = 10_000
const SAMPLES = 10
/** Samples until caches are warm and pools are full. */
const WARM = 2

const MEBIBYTE = 1024 ** 2

describe('ten thousand exchanges between eight peers', () => {
  let samples: readonly { readonly rssBytes: number; readonly handles: number; readonly streams: number }[]
  let end: { readonly done: number; readonly meanMoved: number }

  beforeAll(async () => {
    const args = ['--expose-gc', PROGRAM, ...[PEERS, EXCHANGES, SAMPLES].map(String)]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    console.log(stdout)
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    samples = lines.slice(WARM, SAMPLES)
    end = lines[SAMPLES]
  }, 300_000)

  test('take place', () => {
    expect(end.done).toBe(EXCHANGES)
  })

  test('leave no memory behind', () => {
    const half = samples.length / 2
    const mean = (some: typeof samples) => some.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / some.length
    // Four thousand exchanges lie between the two; they carried 320 MB.
    expect((mean(samples.slice(half)) - mean(samples.slice(0, half))) / MEBIBYTE).toBeLessThan(16)
  })

  test('leave no handles and no streams behind', () => {
    expect(samples.map(({ handles }) => handles)).toEqual(samples.map(() => samples[0].handles))
    expect(samples.map(({ streams }) => streams)).toEqual(samples.map(() => samples[0].streams))
  })

  test('leave the mean where it was, rounding aside', () => {
    expect(end.meanMoved).toBeLessThan(1e-6)
  })
})
