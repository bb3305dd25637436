import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'

const at = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url))
const DEADLINE_MS = 120_000
const folder = temporaryFolder()

test(
  'a comparison over five seeds is a figure, that of the documentation, and rows that say the same',
  async () => {
    const program = at('examples/paper-figure/main.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [program, folder.path], { timeout: DEADLINE_MS })
    expect(stdout).toContain('15 runs')
    const made = (name: string) => readFileSync(join(folder.path, name), 'utf8')
    // Where it has changed for good, the program makes the new one: `node examples/paper-figure/main.ts docs/images`.
    expect(made('paper-figure.svg')).toBe(readFileSync(at('docs/images/paper-figure.svg'), 'utf8'))

    const rows: Record<string, string>[] = parse(made('paper-figure.csv'), { columns: true })
    const ends = Map.groupBy(
      rows.filter(({ round }) => round === '30'),
      ({ rule }) => rule,
    )
    const losses = (rule: string) => ends.get(rule)?.map(({ mergedLoss }) => Number(mergedLoss)) ?? []
    expect(['dpsgd', 'd2', 'gradient-tracking'].map(rule => losses(rule).length)).toEqual([5, 5, 5])
    // So the page says of every seed.
    expect(Math.min(...losses('dpsgd'))).toBeGreaterThan(5 * Math.max(...losses('gradient-tracking')))
    expect(Math.min(...losses('gradient-tracking'))).toBeGreaterThan(5 * Math.max(...losses('d2')))
  },
  DEADLINE_MS,
)
