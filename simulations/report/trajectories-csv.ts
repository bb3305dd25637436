import type { SweepOutcome } from '../sweep/outcome.ts'
import { COLUMNS } from './rounds-csv.ts'

/**
 * Every round of every run, a row each, as programs for statistics want them: the flags in which the runs differ and the seed are columns
 * beside what was measured, so that rows can be grouped by them. A run without a result has no rows.
 */
export async function trajectoriesAsCsv(outcomes: readonly SweepOutcome[]): Promise<string> {
  const { stringify } = await import('csv-stringify/sync')
  const varied = variedFlags(outcomes)
  const rows = outcomes.flatMap(outcome => {
    if (!('result' in outcome)) return []
    const { name, flags, status, result } = outcome
    const run = [name, ...varied.map(flag => (flag in flags ? String(flags[flag]) : null)), result.seed, status]
    return result.rounds.map(round => [...run, ...Object.values(COLUMNS).map(of => of(round))])
  })
  const columns = ['run', ...varied, 'seed', 'status', ...Object.keys(COLUMNS)]
  return stringify(rows, { header: true, columns })
}

/** The flags that have not the same value, or none, in all runs; without the seed, which every run has. */
function variedFlags(outcomes: readonly SweepOutcome[]): string[] {
  const flags = [...new Set(outcomes.flatMap(({ flags }) => Object.keys(flags)))]
  return flags.filter(flag => flag !== 'seed' && new Set(outcomes.map(({ flags }) => flags[flag])).size > 1)
}
