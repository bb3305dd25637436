import { bar } from './live/gauges.ts'
import type { Output } from './output.ts'
import { fitting, PROSE_WIDTH } from './prose.ts'
import { seconds } from './words.ts'

/** The state of a long operation. */
export interface Moment {
  /** From 0 to 1; undefined where nobody knows when it ends. */
  readonly share?: number
  /** Further facts, the most important first: those that do not fit in a line are left out. */
  readonly facts: readonly [string, ...string[]]
}

/** Shows how far something is, for people. */
export interface Progress {
  update(moment: Moment): void
  end(): void
}

/** Fast enough to be alive, slow enough to cost nothing. */
const REDRAW_MS = 100
/** Time between lines where nothing can be redrawn, and every line stays. */
const LINE_MS = 3_000
const BAR_COLUMNS = 20

/**
 * A bar in a terminal; a line every few seconds where stderr is none.
 *
 * @param title what is said before the first progress: by then nothing can be wrong with how it was asked for
 */
export function showProgress(out: Output, title: string): Progress {
  const { screen } = out
  /** The time before the first progress, as for reading data, says nothing of how long the rest takes. */
  let began: number | undefined
  let last: number | undefined

  function lineOf({ share, facts }: Moment, width: number): string {
    const now = performance.now()
    const elapsed = (now - (began ?? now)) / 1_000
    const left = share === undefined || share === 0 ? undefined : (elapsed / share) * (1 - share)
    const when = left === undefined ? `${seconds(elapsed)} so far` : `${seconds(left)} left`
    const how = share === undefined ? [] : [`${String(Math.floor(100 * share)).padStart(3)} %`]
    const [first, ...others] = facts
    return fitting([...how, first, when, ...others], width, '   ')
  }

  function draw(moment: Moment): void {
    screen?.draw(({ columns }) => {
      const gauge = moment.share === undefined ? '' : `${bar(moment.share, BAR_COLUMNS, process.stderr)} `
      return `  ${gauge}${lineOf(moment, columns - BAR_COLUMNS - 4)}`
    })
  }

  return {
    update(moment) {
      const now = performance.now()
      began ??= now
      if (last === undefined) out.say(title)
      else if (now - last < (screen === undefined ? LINE_MS : REDRAW_MS)) return
      // The first line without a bar would only say that it has begun.
      if (screen !== undefined) draw(moment)
      else if (last !== undefined) out.say(`  ${lineOf(moment, PROSE_WIDTH - 2)}`)
      last = now
    },
    end: () => screen?.clear(),
  }
}
