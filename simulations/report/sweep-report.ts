import type { SweepReportInput } from './input.ts'

export type { SweepReportInput }

/**
 * Many runs on one self-contained page: their figures in a table, their courses in plots, and what could not be run.
 *
 * @returns HTML that fetches nothing and runs no program
 */
export async function renderSweepReport(input: SweepReportInput): Promise<string> {
  const [{ sweepPage }, { renderPage }] = await Promise.all([import('./sweep-page.ts'), import('./page.ts')])
  return await renderPage(sweepPage(input))
}
