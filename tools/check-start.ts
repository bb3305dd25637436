/**
 * `npm run check:start`: whether the command line starts within its budget. On a machine that is slower than the one for which the budget was
 * set, or busy, what counts is the time of a bare Node in the same minute.
 */

import { start } from '../bench/start.ts'
import { medianOf } from '../src/averaging/medians.ts'

/** Milliseconds that a bare Node takes on a machine for which the budgets are meant. */
const BARE_MS = 30

const BUDGETS = [
  { what: 'hearsay --help', figure: 'helpMs', ratio: 'helpOverBare', budgetMs: 150 },
  { what: 'peer --alone to its first step', figure: 'firstStepMs', ratio: 'firstStepOverBare', budgetMs: 2_000 },
] as const

const { figures, ratios } = await start(line => console.error(line))
for (const { what, figure, ratio, budgetMs } of BUDGETS) {
  const ms = medianOf(figures[figure])
  const times = medianOf(ratios[ratio])
  const keeps = ms <= budgetMs || times <= budgetMs / BARE_MS
  const measured = `${ms.toFixed(0)} ms of ${budgetMs}, ${times.toFixed(1)} times a bare Node of ${(budgetMs / BARE_MS).toFixed(0)}`
  console.log(`${keeps ? 'kept' : 'EXCEEDED'}  ${what}: ${measured}`)
  if (!keeps) process.exitCode = 1
}
