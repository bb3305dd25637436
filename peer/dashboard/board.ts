import { createThinned, type Thinned } from '../live/thinned.ts'
import { LONGEST_LINE, MOST_LINES, MOST_POINTS } from './constants.ts'
import { createFrames } from './frames.ts'
import type { Frame, LogLine, Measured, Now, Point, Whole } from './told.ts'

/** What does not change while it is looked at. */
export type About = Pick<Whole, 'what' | 'unit' | 'title' | 'recipe' | 'facts' | 'tellsExchanges'>

/** News of a board: what it is called on the way to a page, and what is told. */
export type News =
  | { readonly name: 'whole' }
  | { readonly name: 'now'; readonly told: Now }
  | { readonly name: 'measured'; readonly told: Measured }
  | { readonly name: 'log'; readonly told: LogLine }

/** All that a dashboard shows, kept in bounded memory, so that a page that is opened late shows what came before. */
export interface Board {
  /** What is looked at. Pages take the whole anew. */
  introduce(about: About): void
  /** Seconds since it was made. */
  seconds(): number
  now(): Now
  /** @param at Default: now, in seconds */
  become(now: Omit<Now, 'at'>, at?: number): void
  /** Figures of a moment; those that are no numbers are left out. @param at Default: now, in seconds */
  measure(figures: Readonly<Record<string, number | null | undefined>>, at?: number): void
  log(kind: LogLine['kind'], text: string): void
  whole(): Omit<Whole, 'mayStop'>
  /** What it has become, one after the other. */
  history(): readonly Frame[]
  onNews(listener: (news: News) => void): void
}

const AT_FIRST: Now = {
  at: 0,
  phase: 'starting',
  seal: null,
  waiting: null,
  joining: null,
  steps: null,
  nodes: [],
  links: [],
  neighbours: [],
  more: 0,
  target: null,
  diverged: null,
  aside: null,
}

export function createBoard(what: Whole['what']): Board {
  const began = performance.now()
  const listeners: ((news: News) => void)[] = []
  const series = new Map<string, Thinned<Point>>()
  const log: LogLine[] = []
  const frames = createFrames()
  let about: About = { what, unit: 'seconds', title: what, recipe: {}, facts: [], tellsExchanges: false }
  let now = AT_FIRST

  function tell(news: News): void {
    for (const listener of listeners) listener(news)
  }

  /** To the millisecond. */
  const seconds = () => Math.round(performance.now() - began) / 1_000

  function seriesOf(name: string): Thinned<Point> {
    const known = series.get(name) ?? createThinned<Point>(MOST_POINTS)
    series.set(name, known)
    return known
  }

  return {
    introduce(what) {
      about = what
      tell({ name: 'whole' })
    },
    seconds,
    now: () => now,
    become(state, at = seconds()) {
      now = { ...state, at }
      frames.add(now)
      tell({ name: 'now', told: now })
    },
    measure(given, at = seconds()) {
      const figures: Record<string, number> = {}
      for (const [name, value] of Object.entries(given)) {
        if (value == null || !Number.isFinite(value)) continue
        figures[name] = value
        seriesOf(name).add([at, value])
      }
      tell({ name: 'measured', told: { at, figures } })
    },
    log(kind, text) {
      const line: LogLine = { time: Date.now(), kind, text: text.slice(0, LONGEST_LINE) }
      log.push(line)
      if (log.length > MOST_LINES) log.shift()
      tell({ name: 'log', told: line })
    },
    whole: () => ({
      ...about,
      now,
      series: Object.fromEntries([...series].map(([name, points]) => [name, points.all()])),
      log: [...log],
    }),
    history: frames.all,
    onNews: listener => void listeners.push(listener),
  }
}
