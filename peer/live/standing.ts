import { styleText } from 'node:util'
import { fitting } from '../prose.ts'
import { type Cells, drawCells, fitColumns } from '../table.ts'
import { count, distance, seconds } from '../words.ts'
import { bar, sparkline } from './gauges.ts'
import type { Size } from './screen.ts'

/** How a peer or a swarm stands at a moment. */
export interface Standing {
  /** Those that are there, the most important first: a low terminal has no room for the last of them, and a narrow one for the last columns. */
  readonly members: Cells
  /** Undefined where nothing is trained. */
  readonly training?: Training
  /** Those made, and those that the steps have asked for; undefined where nobody averages. */
  readonly exchanges?: { readonly made: number; readonly asked: number }
  /** Undefined where there is nobody to be far from. */
  readonly distances?: Distances
  /** Further figures, the most important first. */
  readonly figures: readonly string[]
  /** What it waits for, or does beside. */
  readonly note?: string
}

export interface Training {
  /** What the steps are of: `step`, `slowest at step`. */
  readonly title: string
  readonly done: number
  readonly asked: number
  /** Seconds; undefined where nobody knows. */
  readonly left?: number
}

export interface Distances {
  /** In the order of time, the last as it is now. */
  readonly values: readonly number[]
  /** The distance at which they agree. */
  readonly target: number
}

/** Columns of a bar, and of a curve. */
const GAUGE_COLUMNS = 24
/** A terminal so narrow has no room for bars beside their figures. */
const LEAST_COLUMNS_WITH_GAUGES = 56
/** Of a high terminal the table takes this much, so that what is said above remains in sight. */
const TABLE_SHARE = 0.5

/** A frame of a terminal, all lines of which fit into it. */
export function drawStanding(standing: Standing, { columns, rows }: Size, stream: NodeJS.WriteStream): string {
  const dim = (text: string) => styleText('dim', text, { stream })
  // The last column stays free: a character there has some terminals go on in the next line.
  const width = columns - 1
  const facts = factsOf(standing, width, stream)
  const room = Math.max(1, Math.floor(rows * TABLE_SHARE) - facts.length)
  const { columns: titles, rows: members } = fitColumns(standing.members, width)
  const shown = members.slice(0, members.length <= room ? room : Math.max(1, room - 1))
  const more = members.length - shown.length
  return [
    '',
    drawCells({ columns: titles, rows: shown }, stream),
    ...(more === 0 ? [] : [`  ${dim(`and ${count(more)} more`)}`]),
    '',
    ...facts.map(line => `  ${line}`),
    ...(standing.note === undefined ? [] : [`  ${dim(fitting(standing.note.split(' '), width - 2, ' '))}`]),
  ].join('\n')
}

function factsOf(
  { training, exchanges, distances, figures }: Standing,
  width: number,
  stream: NodeJS.WriteStream,
): string[] {
  const line = (name: string, gauge: string, ...said: readonly [string, ...string[]]) => {
    const title = styleText('dim', name.padEnd('exchanges'.length), { stream })
    const start = width < LEAST_COLUMNS_WITH_GAUGES ? [title] : [title, gauge]
    return fitting([[...start, said[0]].join('  '), ...said.slice(1)], width - 2, '   ')
  }
  const lines: string[] = []
  if (training !== undefined) {
    const { title, done, asked, left } = training
    const steps =
      done > asked ? `past ${count(asked)}: others still train` : `${title} ${count(done)} of ${count(asked)}`
    const time = left === undefined || done >= asked ? [] : [`${seconds(left)} left`]
    lines.push(line('training', bar(done / asked, GAUGE_COLUMNS, stream), steps, ...time))
  }
  if (exchanges !== undefined && exchanges.asked > 0) {
    const { made, asked } = exchanges
    const gauge = bar(made / asked, GAUGE_COLUMNS, stream)
    lines.push(line('exchanges', gauge, `${count(made)} of ${count(asked)} asked for`))
  }
  if (distances !== undefined && distances.values.length > 0) {
    const { values, target } = distances
    const curve = sparkline(values, GAUGE_COLUMNS).padEnd(GAUGE_COLUMNS)
    lines.push(line('distance', curve, distance(values[values.length - 1]), `agreed at ${distance(target)}`))
  }
  const [first, ...others] = figures
  return first === undefined ? lines : [...lines, fitting([first, ...others], width - 2, '   ')]
}
