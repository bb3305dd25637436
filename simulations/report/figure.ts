import type { FigureInput } from './input.ts'

export type { FigureInput }

/**
 * One quantity over the rounds as a figure for a paper: a line for each setting, the mean of its seeds, with a band from the least to the
 * greatest of them; as wide as a column of two, to be read in black and white.
 *
 * @returns an SVG document that fetches nothing and runs no program
 * @throws UsageError where there is no such quantity, or it was never measured
 */
export async function renderFigure(input: FigureInput): Promise<string> {
  const { drawFigure } = await import('./paper-figure.ts')
  return await drawFigure(input)
}
