/**
 * `npm run conformance`: measures every property that defines an algorithm, and prints expected and measured figures.
 *
 * @packageDocumentation
 */

import { styleText } from 'node:util'
import Table from 'cli-table3'
import { type Check, catches } from './check.ts'
import { checks } from './checks.ts'

const WIDTHS = [8, 62, 22, 14, 14]

interface Outcome {
  readonly measured: number
  readonly holds: boolean
  /** Whether the check catches the mistake that was made on purpose. */
  readonly caught: boolean
}

async function look(check: Check): Promise<Outcome> {
  const measured = await check.measure()
  return { measured, holds: check.holds(measured), caught: catches(check, await check.control.measure()) }
}

const table = new Table({
  head: ['line', 'property', 'expected', 'measured', 'control'],
  colWidths: WIDTHS,
  wordWrap: true,
  style: { head: [], border: [] },
})

let failures = 0
for (const [place, check] of checks.entries()) {
  process.stderr.write(`\r${place + 1} of ${checks.length} `)
  const { measured, holds, caught } = await look(check)
  if (!(holds && caught)) failures++
  table.push([
    check.line,
    check.property,
    check.expected,
    styleText(holds ? 'green' : 'red', shown(measured)),
    styleText(caught ? 'green' : 'red', caught ? 'caught' : 'not caught'),
  ])
}
process.stderr.write('\r')
console.log(table.toString())
console.log(`${checks.length - failures} of ${checks.length} hold, each with a mistake that it catches`)
process.exitCode = failures === 0 ? 0 : 1

function shown(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : value.toPrecision(6)
}
