import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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

test.each(sweepNames)('the sweep %s has several seeds, and a page says how it is run', name => {
  const { grid } = JSON.parse(contentOf(`docs/sweeps/${name}.json`)) as { grid: { seed: number[] } }
  expect(grid.seed.length).toBeGreaterThanOrEqual(3)
  expect(pagesWithTables.map(contentOf).join()).toContain(`docs/sweeps/${name}.json`)
})
