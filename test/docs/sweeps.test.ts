import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { pagesWithTables, sweepNames, withTables } from '../../tools/sweeps/tables.ts'
import { ROOT } from './pages.ts'

const contentOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const csvOf = (sweep: string) => contentOf(`docs/sweeps/${sweep}.csv`)

test.each(pagesWithTables)('the tables of %s are what was measured: npm run sweeps', page => {
  const text = contentOf(page)
  expect(text).toMatch(/<!-- sweep: /)
  expect(withTables(text, csvOf)).toBe(text)
})

test('a figure that was changed by hand is found', () => {
  const page = contentOf('docs/choosing.md')
  const [table] = page.split('<!-- sweep: weights -->')[1].split('<!-- end of sweep -->')
  const changed = page.replace(table, table.replace(/\d\d\.\d/, '99.9'))
  expect(changed).not.toBe(page)
  expect(withTables(changed, csvOf)).toBe(page)
})

test('what stands between two tables stays, also where they are still empty', () => {
  const empty = '<!-- sweep: weights -->\n<!-- end of sweep -->\n'
  const page = withTables(`${empty}\nBetween.\n\n${empty}`, csvOf)
  expect(page.match(/\| `samples` \|/g)).toHaveLength(2)
  expect(page).toContain('<!-- end of sweep -->\n\nBetween.\n\n<!-- sweep: weights -->')
})

test.each(sweepNames)('the sweep %s has several seeds, and a page says how it is run', name => {
  const { grid } = JSON.parse(contentOf(`docs/sweeps/${name}.json`)) as { grid: { seed: number[] } }
  expect(grid.seed.length).toBeGreaterThanOrEqual(3)
  expect(pagesWithTables.map(contentOf).join()).toContain(`docs/sweeps/${name}.json`)
})

test('what is run today comes to what stands there', async () => {
  const { base } = JSON.parse(contentOf('docs/sweeps/training.json')) as { base: Readonly<Record<string, unknown>> }
  const [kept] = parse<Record<string, string>>(csvOf('training'), { columns: true })
  const flags = { ...base, partition: kept.partition, rule: kept.rule, seed: kept.seed }
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)])
  const run = promisify(execFile)(process.execPath, ['peer/hearsay.ts', 'simulate', ...args, '--quiet', '--json'], {
    cwd: ROOT,
    maxBuffer: 2 ** 26,
  })
  const { final } = JSON.parse((await run).stdout) as { final: { merged: { accuracy: number } } }
  // To the bit on one machine; another may fuse what this one multiplies and adds.
  expect(Math.abs(final.merged.accuracy - Number(kept.mergedAccuracy))).toBeLessThan(0.01)
})
