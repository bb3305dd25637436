import { expect, test } from 'vitest'
import { findScenario, judge, scenarioNames } from '../../simulations/scenario.ts'
import type { SweepOutcome } from '../../simulations/sweep/outcome.ts'
import { warmHearsay } from '../peer/command-line.ts'

test.each(scenarioNames)('%s ends as it is expected to', async name => {
  const { code, stdout, stderr } = await warmHearsay('simulate', '--scenario', name, '--json', '--quiet')
  expect(stderr).toBe('')
  const { verdicts } = JSON.parse(stdout) as { verdicts: { holds: boolean }[] }
  expect(verdicts.filter(({ holds }) => !holds)).toEqual([])
  expect(verdicts.length).toBe(findScenario(name).expectations.length)
  expect(code).toBe(0)
})

test.each(scenarioNames)('%s says what it shows, and expects something of every setting that it is about', name => {
  const { shows, title, expectations, points } = findScenario(name)
  expect(title.length).toBeGreaterThan(10)
  expect(shows).toMatch(/\.$/)
  expect(expectations.length).toBeGreaterThanOrEqual(points.length)
})

test('an expectation does not hold where the figure is outside, or the run did not finish', () => {
  const scenario = findScenario('heterogeneity')
  const refused = scenario.points.map(
    (point): SweepOutcome => ({ ...point, command: '', status: 'refused', reason: 'for this test' }),
  )
  expect(judge(scenario, refused).every(({ holds, found }) => !holds && found === null)).toBe(true)
})

test('an unknown scenario is refused with those that there are', async () => {
  const { code, stderr } = await warmHearsay('simulate', '--scenario', 'weather')
  expect(code).toBe(2)
  expect(stderr).toMatch(/^hearsay: unknown scenario "weather"; accepted are byzantine-20, churn-30, fedavg[^\n]*\n$/)
})
