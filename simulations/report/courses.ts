/**
 * Runs sorted into lines: those that differ in nothing but their seed are one.
 *
 * @packageDocumentation
 */

import type { RoundResult, RunResult } from '../result.ts'
import type { SweepOutcome } from '../sweep/outcome.ts'
import { SERIES } from './colours.ts'
import { count, counted } from './figures.ts'
import type { Line } from './lines.ts'
import { meanCourse } from './mean-course.ts'

/** One run, or several that differ in nothing but their seed. */
export interface Course extends Pick<Line, 'name' | 'colour'> {
  readonly style: 'solid' | 'dashed' | 'dotted'
  readonly results: readonly RunResult[]
  /** Which of its seeds ended early or have no result, in a sentence; undefined where all are whole. */
  readonly missing: string | undefined
}

/** The name of runs that differ in their seed, and have nothing else to be named for. */
const ANY_SEED = 'any seed'
const STYLES = ['solid', 'dashed', 'dotted'] as const
/** Seeds that are named one by one. */
const MOST_NAMED = 5

/** @returns a course for each setting, those without any result among them */
export function coursesOf(outcomes: readonly SweepOutcome[]): Course[] {
  const groups = Map.groupBy(outcomes, ({ name, flags }) => withoutSeed(name, flags.seed))
  return [...groups]
    .map(([name, members]) => ({
      name,
      results: members.flatMap(one => ('result' in one ? [one.result] : [])),
      missing: whatIsMissing(name, members),
    }))
    .map((course, i) => ({
      ...course,
      colour: SERIES[i % SERIES.length],
      style: STYLES[Math.floor(i / SERIES.length) % STYLES.length],
    }))
}

function withoutSeed(name: string, seed: SweepOutcome['flags'][string] | undefined): string {
  const others = name.split(' ').filter(part => part !== `seed=${seed}`)
  return others.length === 0 ? ANY_SEED : others.join(' ')
}

function whatIsMissing(name: string, outcomes: readonly SweepOutcome[]): string | undefined {
  const missing = outcomes.flatMap(outcome => {
    const how = howItEnded(outcome)
    const seed = 'result' in outcome ? outcome.result.seed : outcome.flags.seed
    return how === undefined ? [] : [`${seed === undefined ? 'one' : `seed ${seed}`} ${how}`]
  })
  if (missing.length === 0) return undefined
  const others = missing.length - MOST_NAMED
  const named = [
    ...missing.slice(0, MOST_NAMED),
    ...(others > 0 ? [`${counted(others, 'other')} did not end either`] : []),
  ]
  return `${name === ANY_SEED ? 'Of' : `${name}: of`} ${counted(outcomes.length, 'run')}, ${named.join(', ')}.`
}

function howItEnded(outcome: SweepOutcome): string | undefined {
  if (!('result' in outcome)) return outcome.status === 'waiting' ? 'was not run yet' : `was ${WORDS[outcome.status]}`
  const { partial, final } = outcome.result
  if (partial === undefined) return undefined
  return partial.reason === 'diverged'
    ? `diverged in round ${count(partial.round)}`
    : `was interrupted after round ${count(final.round)}`
}

const WORDS = { refused: 'refused', failed: 'ended by an error' } as const

/** What is said of means and bands, where there are any, and of seeds that are not in all of them. */
export function aboutSeeds(courses: readonly Course[]): string[] {
  const lines = linesOf(courses, ({ consensusDistance }) => consensusDistance)
  return [
    ...(courses.some(({ results }) => results.length > 1)
      ? [
          'A line is the mean of the runs that differ in nothing but their seed; the band around it goes from the least of them to the greatest.',
        ]
      : []),
    ...(lines.some(({ fewer }) => fewer !== undefined)
      ? ['Where some ended before others, the line goes on thin: the mean of those that went on.']
      : []),
    ...(lines.some(({ crosses = [] }) => crosses.length > 0) ? ['× is where a run diverged.'] : []),
    ...courses.flatMap(({ missing }) => missing ?? []),
  ]
}

/** The lines of those courses in which there is something. */
export function linesOf(
  courses: readonly Course[],
  y: (round: RoundResult) => number | null,
  x: (round: RoundResult) => number = ({ round }) => round,
): Line[] {
  return courses.flatMap(({ name, colour, style, results }) => {
    const points = meanCourse(
      results.map(({ rounds }) => rounds.map(one => ({ round: one.round, x: x(one), y: y(one) }))),
    )
    if (points.length === 0) return []
    const [{ seeds }] = points
    // Where fewer go on, the thin line begins at the last point that all share.
    const shared = points.filter(point => point.seeds === seeds)
    const fewer = points.slice(shared.length - 1)
    return [
      {
        name,
        colour,
        style,
        seeds,
        points: shared.map(({ x, mean }) => [x, mean] as const),
        fewer: fewer.length > 1 ? fewer.map(({ x, mean }) => [x, mean] as const) : undefined,
        band: seeds > 1 ? points.map(({ x, least, greatest }) => [x, least, greatest] as const) : undefined,
        crosses: divergedAt(results).flatMap(round => {
          const last = points.findLast(point => point.round <= round)
          return last === undefined ? [] : [[last.x, last.mean] as const]
        }),
      },
    ]
  })
}

/** The last rounds of the runs that diverged. */
function divergedAt(results: readonly RunResult[]): number[] {
  return results.flatMap(({ partial, rounds }) => (partial?.reason === 'diverged' ? [rounds.at(-1)?.round ?? 0] : []))
}
