import { FIGURES } from './figures.ts'
import type { SweepOutcome } from './outcome.ts'

/** The runs of a sweep for a spreadsheet, a row each: the flags that any of them has, what became of it, its last figures. */
export async function outcomesAsCsv(outcomes: readonly SweepOutcome[]): Promise<string> {
  const { stringify } = await import('csv-stringify/sync')
  const flags = [...new Set(outcomes.flatMap(({ flags }) => Object.keys(flags)))]
  const rows = outcomes.map(outcome => [
    outcome.name,
    ...flags.map(flag => (flag in outcome.flags ? String(outcome.flags[flag]) : null)),
    outcome.status,
    'reason' in outcome ? outcome.reason : null,
    ...Object.values(FIGURES).map(of => ('result' in outcome ? of(outcome.result) : null)),
    'result' in outcome ? outcome.result.final.parametersHash : null,
  ])
  const columns = ['run', ...flags, 'status', 'reason', ...Object.keys(FIGURES), 'parametersHash']
  return stringify(rows, { header: true, columns })
}
