import { styleText } from 'node:util'
import { type Column, drawTable } from '../../table.ts'
import type { Diagnosis, Outcome } from './check.ts'

const COLUMNS: readonly Column[] = [
  { title: 'what', align: 'left' },
  { title: '', align: 'left' },
  { title: 'found', align: 'left' },
]

/** A table of what was found, for standard output. */
export function drawDiagnoses(results: readonly { readonly name: string; readonly diagnosis: Diagnosis }[]): string {
  const rows = results.map(({ name, diagnosis }) => [name, mark(diagnosis.outcome), describe(diagnosis)])
  return drawTable(COLUMNS, rows, process.stdout)
}

function describe({ found, advice }: Diagnosis): string {
  return advice === undefined ? found : `${found}\n→ ${advice}`
}

function mark(outcome: Outcome): string {
  const colour = { ok: 'green', missing: 'yellow', broken: 'yellow', failed: 'red' } as const
  return styleText(colour[outcome], outcome, { stream: process.stdout })
}
