import { expect, test } from 'vitest'
import type { Row } from '../accept/row.ts'
import { noHosts, whyNoHosts } from './network/permitted.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** Tests that a scenario shows what is asked; all that it measured is told, whatever comes of it. */
export function testScenario({ about, run }: Scenario): void {
  test.skipIf(whyNoHosts !== undefined)(`${about}${noHosts}`, async () => {
    const rows = await run()
    for (const row of rows) console.log(describe(row))
    expect(rows.filter(({ passed }) => !passed).map(describe)).toEqual([])
    expect(rows.length).toBeGreaterThan(0)
  })
}

function describe({ asked, measured, passed }: Row): string {
  return `${passed ? 'passed' : 'FAILED'}  ${asked}\n        ${measured}`
}
