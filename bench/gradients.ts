import fc from 'fast-check'
import { startBackend } from '../src/training/backend.ts'
import { checkGradient } from '../test/training/kernels/check-gradient.ts'
import { GRADIENT_CASES } from '../test/training/kernels/gradient-cases.ts'
import type { Benchmark } from './benchmark.ts'

const CASES = 400
/** Another one than the tests', so that together they try more. */
const SEED = 20

/**
 * How well the wasm training kernels agree with the cpu backend and with central differences: the largest relative
 * errors over random cases, for every kernel. Gives no ratios; a figure is named by its kernels.
 */
export const gradients: Benchmark = async say => {
  await startBackend('cpu')
  await startBackend('wasm')
  const figures: Record<string, number[]> = {}
  for (const [kernels, cases] of Object.entries(GRADIENT_CASES)) {
    let [tried, compared, worstCpu, worstDifferences] = [0, 0, 0, 0]
    for (const [i, tryOut] of fc.sample(cases, { seed: SEED, numRuns: CASES }).entries()) {
      const { cpu, differences } = checkGradient(tryOut, SEED + i)
      tried++
      if (cpu !== undefined) compared++
      worstCpu = Math.max(worstCpu, cpu ?? 0)
      worstDifferences = Math.max(worstDifferences, differences)
    }
    figures[`${kernels}: cases`] = [tried]
    figures[`${kernels}: of these on cpu`] = [compared]
    figures[`${kernels}: against cpu`] = [worstCpu]
    figures[`${kernels}: against differences`] = [worstDifferences]
    const [ofCpu, ofDifferences] = [worstCpu, worstDifferences].map(error => error.toExponential(1))
    say(`| ${kernels} | ${tried} | ${compared} | ${ofCpu} | ${ofDifferences} |`)
  }
  return { ratios: {}, figures }
}
