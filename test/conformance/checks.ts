import type { Check } from './check.ts'

/** All checks, in the order of the catalogue. A new file of checks is one line here. */
export const checks: readonly Check[] = []
