/** Every algorithm does what its definition says, and every check would notice a mistake. */

import { describe, expect, it } from 'vitest'
import { catches } from './check.ts'
import { checks } from './checks.ts'

/** A check may average over many seeded runs. */
const TIMEOUT_MS = 60_000

describe.each(checks.map(check => [`${check.line}: ${check.property}`, check] as const))('%s', (_, check) => {
  it(`measures ${check.expected}`, { timeout: TIMEOUT_MS }, async () => {
    const measured = await check.measure()
    expect(check.holds(measured), `measured ${measured}, expected ${check.expected}`).toBe(true)
  })

  it(`would notice: ${check.control.broken}`, { timeout: TIMEOUT_MS }, async () => {
    const measured = await check.control.measure()
    expect(catches(check, measured), `measured ${measured}, which passes for ${check.expected} or says nothing`).toBe(
      true,
    )
  })
})
