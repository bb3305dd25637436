/**
 * `npm run sweeps [-- NAME… --out FOLDER]`: runs the sweeps of `docs/sweeps`, keeps their last figures beside them, draws their pictures into
 * `docs/images`, and writes their tables into the pages. With a folder, runs that are there are not run again.
 * `test/docs/sweeps.test.ts` finds tables that are not what the files beside the sweeps say.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pagesWithTables, sweepNames, withTables } from './sweeps/tables.ts'

/** What is drawn of a sweep, as `simulate --figure` has it; by the name of the sweep, which is also that of the picture. */
const PICTURES: Readonly<Record<string, string>> = {
  averaging: 'consensusDistance',
  training: 'localAccuracyMean',
  'local-steps': 'mergedLoss',
  'lost-messages': 'meanDrift',
  'compressed-averaging': 'consensusDistance',
}

const root = join(import.meta.dirname, '..')
const { positionals, values } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } })
const unknown = positionals.find(name => !sweepNames.includes(name))
if (unknown !== undefined) {
  console.error(`sweeps: no ${unknown}; there are ${sweepNames.join(', ')}`)
  process.exit(2)
}

const folder = values.out ?? mkdtempSync(join(tmpdir(), 'hearsay-sweeps-'))
try {
  for (const name of positionals.length > 0 ? positionals : sweepNames) runSweepOf(name)
} finally {
  if (values.out === undefined) rmSync(folder, { recursive: true })
}

const csvOf = (sweep: string) => readFileSync(join(root, `docs/sweeps/${sweep}.csv`), 'utf8')
for (const page of pagesWithTables) {
  const path = join(root, page)
  writeFileSync(path, withTables(readFileSync(path, 'utf8'), csvOf))
}

function runSweepOf(name: string): void {
  const began = performance.now()
  const figure = PICTURES[name] === undefined ? [] : ['--figure', `${PICTURES[name]}:docs/images/${name}.svg`]
  const sweep = ['--sweep', `docs/sweeps/${name}.json`, '--out', join(folder, name), '--csv', `docs/sweeps/${name}.csv`]
  execFileSync(process.execPath, ['peer/hearsay.ts', 'simulate', '--quiet', ...sweep, ...figure], {
    cwd: root,
    stdio: 'inherit',
  })
  console.log(`${name}: ${((performance.now() - began) / 1_000).toFixed(0)} s`)
}
