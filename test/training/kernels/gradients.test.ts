import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { startBackend } from '../../../src/training/backend.ts'
import { checkGradient } from './check-gradient.ts'
import { GRADIENT_CASES } from './gradient-cases.ts'

/** Rounding of sums of some hundred products. A wrong index gives errors near 1. */
const TOLERANCE = 2e-5

beforeAll(async () => {
  await startBackend('cpu')
  await startBackend('wasm')
})

test.each(Object.entries(GRADIENT_CASES))(
  '%s agree with the cpu backend and with finite differences',
  (_kernels, tried) => {
    fc.assert(
      fc.property(tried, fc.integer({ min: 1 }), (gradientCase, seed) => {
        const { cpu, differences } = checkGradient(gradientCase, seed)
        if (cpu !== undefined) expect(cpu).toBeLessThan(TOLERANCE)
        expect(differences).toBeLessThan(TOLERANCE)
      }),
      { seed: 3, numRuns: 60 },
    )
  },
)
