/** Reads what a plot shows out of its drawing: by the labels of its axes, as a person would. */
export interface DrawnPlot {
  /** Every text in it. */
  readonly texts: readonly string[]
  /** The corners of each band, in the units of the axes: there along the upper edge, back along the lower. */
  readonly bands: readonly (readonly Point[])[]
  /** The points of each line of that width. */
  lines(width: number): readonly (readonly Point[])[]
}

type Point = readonly [x: number, y: number]

export function readPlot(svg: string, { logarithmic = false } = {}): DrawnPlot {
  const labels = [...svg.matchAll(/<text [^>]*text-anchor="(\w+)"[^>]*translate\(([\d.]+) ([\d.]+)\)[^>]*>([^<]*)</g)]
  const ticks = labels.filter(([, , , , text]) => text !== '' && Number.isFinite(Number(text)))
  const x = scaleOf(ticks.filter(([, anchor]) => anchor === 'middle').map(([, , at, , text]) => [+at, Number(text)]))
  const y = scaleOf(
    ticks
      .filter(([, anchor]) => anchor === 'end')
      .map(([, , , at, text]) => [+at, logarithmic ? Math.log10(Number(text)) : Number(text)]),
  )
  const unscaled = ([px, py]: Point): Point => [x(px), logarithmic ? 10 ** y(py) : y(py)]
  return {
    texts: labels.map(([, , , , text]) => text),
    bands: [...svg.matchAll(/<polygon points="([^"]*)"/g)].map(([, points]) => pointsIn(points).map(unscaled)),
    lines: width =>
      [
        ...svg.matchAll(
          new RegExp(`<path d="(M[^"AZ]*L[^"AZ]*)" fill="none" stroke="[^"]*" stroke-width="${width}"`, 'g'),
        ),
      ].map(([, path]) => pointsIn(path).map(unscaled)),
  }
}

function pointsIn(text: string): Point[] {
  const numbers = [...text.matchAll(/-?[\d.]+/g)].map(Number)
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]])
}

/** From the first label and the last. */
function scaleOf(ticks: readonly Point[]): (pixel: number) => number {
  const [[from, least], [to, most]] = [ticks[0], ticks[ticks.length - 1]]
  return pixel => least + ((pixel - from) / (to - from)) * (most - least)
}
