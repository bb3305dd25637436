import type { EChartsOption } from '../../charts/echarts.ts'
import { drawChart } from './chart.ts'
import { colour, onPaper } from './colours.ts'
import { type Course, coursesOf, linesOf } from './courses.ts'
import { count } from './figures.ts'
import { escaped } from './html.ts'
import type { FigureInput } from './input.ts'
import { drawLines, isOfManyMagnitudes, type Line, valuesOf } from './lines.ts'
import { quantityOf } from './quantities.ts'

/** A column of a page with two, as IEEE and ACM have it. */
const WIDTH_MM = 89
/** Of the drawing; on a column its text of 12 is 7.6 points high. */
const WIDTH = 400
const PLOT_HEIGHT = 240
const LINE_HEIGHT = 17
const NOTE_HEIGHT = 13
/** Characters of a note that fit into the width. */
const NOTE_LENGTH = 74
/** Characters of a name that fit beside its line. */
const NAME_LENGTH = 52

/** More cannot be told apart in black and white. */
const MOST_LINES = 8
const STYLES = ['solid', 'dashed', 'dotted'] as const
const MARKERS = ['circle', 'rect', 'triangle', 'diamond'] as const

/** Fonts that there are, for programs that know nothing of what a page inherits. */
const FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
const NOTES = { fontFamily: FONTS, fontSize: 10.5, lineHeight: NOTE_HEIGHT, fill: colour('ink') }

/** @throws UsageError as {@link quantityOf} */
export async function drawFigure({ outcomes, quantity }: FigureInput): Promise<string> {
  const courses = coursesOf(outcomes)
  const results = courses.flatMap(({ results }) => results)
  const rounds = results.flatMap(({ rounds }) => rounds)
  const { axis, logarithmic, of } = quantityOf(quantity, rounds, results[0]?.recipe.objective.task ?? 'classify')
  const all = linesOf(courses, of)
  const lines = all.slice(0, MOST_LINES).map((line, i) => distinct(line, i, all.length))
  const y = { name: axis, logarithmic: logarithmic ?? isOfManyMagnitudes(valuesOf(lines)) }
  const notes = [...notesOn(lines, courses, y.logarithmic), ...notDrawn(courses, all)]

  const legendHeight = lines.length > 1 ? lines.length * LINE_HEIGHT + 6 : 0
  const wrapped = notes.flatMap(note => wrap(note, NOTE_LENGTH))
  const notesHeight = wrapped.length * NOTE_HEIGHT + (wrapped.length > 0 ? 8 : 0)
  const height = PLOT_HEIGHT + legendHeight + notesHeight
  const { option } = drawLines(lines, { name: 'round' }, y)
  const drawing = await drawChart(
    {
      ...option,
      backgroundColor: colour('paper'),
      textStyle: { fontFamily: FONTS },
      grid: { ...option.grid, bottom: 24 + legendHeight + notesHeight },
      ...(lines.length > 1 ? { legend: legendOf(lines, notesHeight) } : {}),
      graphic: [
        { type: 'text', left: 8, top: height - notesHeight + 4, style: { ...NOTES, text: wrapped.join('\n') } },
      ],
    },
    { width: WIDTH, height },
  )
  const described = `<title>${escaped(`${axis}, over the rounds`)}</title>\n<desc>${escaped(notes.join(' '))}</desc>`
  const heightMm = ((WIDTH_MM * height) / WIDTH).toFixed(1)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${onPaper(drawing).replace(
    /<svg([^>]*)>/,
    `<svg width="${WIDTH_MM}mm" height="${heightMm}mm" role="img"$1>\n${described}`,
  )}\n`
}

/** A line that is told from all others by more than its colour. */
function distinct({ name, ...line }: Line, i: number, lines: number): Line {
  return {
    ...line,
    name: name.length > NAME_LENGTH ? shortened(name, i) : name,
    style: STYLES[i % STYLES.length],
    marker: lines > 1 ? MARKERS[i % MARKERS.length] : undefined,
  }
}

/** Both ends, since flags that vary the most stand last; and its number, since no two may be the same. */
function shortened(name: string, i: number): string {
  const half = NAME_LENGTH / 2 - 3
  return `${i + 1}: ${name.slice(0, half)}…${name.slice(-half)}`
}

function legendOf(lines: readonly Line[], below: number): EChartsOption['legend'] {
  return {
    orient: 'vertical',
    left: 8,
    bottom: below,
    padding: 0,
    itemGap: LINE_HEIGHT - 12,
    itemWidth: 34,
    itemHeight: 7,
    data: lines.map(({ name }) => name),
    textStyle: { color: colour('ink'), fontSize: 12, lineHeight: 12 },
  }
}

/** All that a reader must know of what is drawn. */
function notesOn(lines: readonly Line[], courses: readonly Course[], logarithmic: boolean): string[] {
  const seeds = lines.map(({ seeds = 1 }) => seeds)
  const [least, most] = [Math.min(...seeds), Math.max(...seeds)]
  return [
    ...(most > 1
      ? [
          `Line: mean of ${least === most ? most : `${least} to ${most}`} seeds. Band: the least to the greatest of them.`,
        ]
      : []),
    ...(lines.some(({ fewer }) => fewer !== undefined) ? ['Thin line: the mean of the seeds that went on.'] : []),
    ...(lines.some(({ crosses = [] }) => crosses.length > 0) ? ['×: a seed diverged.'] : []),
    ...courses.flatMap(({ missing }) => missing ?? []),
    ...(logarithmic && valuesOf(lines).some(value => value <= 0)
      ? ['Where it is 0 there is no line: this axis has no zero.']
      : []),
  ]
}

function notDrawn(courses: readonly Course[], lines: readonly Line[]): string[] {
  const drawn = new Set(lines.map(({ name }) => name))
  const unmeasured = courses.filter(({ name, results }) => results.length > 0 && !drawn.has(name))
  return [
    ...(unmeasured.length > 0 ? [`Not measured in ${unmeasured.map(({ name }) => name).join(', ')}.`] : []),
    ...(lines.length > MOST_LINES ? [`Drawn are the first ${MOST_LINES} of ${count(lines.length)} settings.`] : []),
  ]
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
