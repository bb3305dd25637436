import type { ReportInput } from './input.ts'

export type { ReportInput }

/**
 * One run as a self-contained page: what was run and what came out in words, plots, the figures, and the command.
 *
 * @returns HTML that fetches nothing and runs no program
 */
export async function renderReport(input: ReportInput): Promise<string> {
  // Imported here, since nothing else needs plots.
  const [{ runPage }, { renderPage }] = await Promise.all([import('./run-page.ts'), import('./page.ts')])
  return await renderPage(runPage(input))
}
