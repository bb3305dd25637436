/**
 * Plots that lay the courses of many runs over one another.
 *
 * @packageDocumentation
 */

import type { RoundResult, RunResult } from '../../result.ts'
import type { SweepPoint } from '../../sweep/point.ts'
import { SERIES } from '../colours.ts'
import { byteUnit, count, counted } from '../figures.ts'
import { type Axis, drawLines, type Line, WITHOUT_ZERO } from '../lines.ts'
import type { Plot } from '../plot.ts'

/** The course of one run, or of several that differ in nothing but their seed. */
export interface Course {
  readonly name: string
  readonly results: readonly RunResult[]
  readonly colour: string
  readonly style: 'solid' | 'dashed' | 'dotted'
}

/** More lines cannot be told apart; the table has them all. */
const MOST_LINES = 24
/** The name of runs that differ in their seed, and have nothing else to be named for. */
const ANY_SEED = 'any seed'
const STYLES = ['solid', 'dashed', 'dotted'] as const

/** Sorts runs into lines: those that differ only in their seed become one. */
export function comparedCourses(ran: readonly (SweepPoint & { readonly result: RunResult })[]): {
  readonly lines: readonly Course[]
  readonly notes: readonly string[]
} {
  const groups = Map.groupBy(ran, ({ name, flags }) => withoutSeed(name, flags.seed))
  const averaged = [...groups].map(([name, members]) => ({ name, ...worthAveraging(members.map(one => one.result)) }))
  const leftOut = averaged.reduce((sum, one) => sum + one.leftOut, 0)
  const lines = averaged.slice(0, MOST_LINES).map(({ name, results }, i) => ({
    name,
    results,
    colour: SERIES[i % SERIES.length],
    style: STYLES[Math.floor(i / SERIES.length) % STYLES.length],
  }))
  return {
    lines,
    notes: [
      ...(groups.size < ran.length ? ['A line is the mean of the runs that differ in nothing but their seed.'] : []),
      ...(leftOut === 0
        ? []
        : [
            `Not in these means: ${counted(leftOut, 'run')} that ended early, by divergence or interruption; the table has all.`,
          ]),
      ...(groups.size > MOST_LINES
        ? [`Plots show the first ${MOST_LINES} of ${count(groups.size)} lines; the table has all.`]
        : []),
    ],
  }
}

/** Without the runs that ended early, after which a mean would have to end too; unless there are no others. */
function worthAveraging(results: readonly RunResult[]): {
  readonly results: readonly RunResult[]
  readonly leftOut: number
} {
  const whole = results.filter(({ partial }) => partial === undefined)
  return whole.length === 0 ? { results, leftOut: 0 } : { results: whole, leftOut: results.length - whole.length }
}

function withoutSeed(name: string, seed: SweepPoint['flags'][string] | undefined): string {
  const others = name.split(' ').filter(part => part !== `seed=${seed}`)
  return others.length === 0 ? ANY_SEED : others.join(' ')
}

/** The merged model's accuracy, or R², or its loss where it has neither. Undefined where nothing is learned. */
export function mergedPlot(courses: readonly Course[]): Plot | undefined {
  const accuracy = linesOf(courses, ({ merged }) => merged && inPercent(merged.accuracy))
  if (accuracy.length > 0) {
    return {
      title: 'Accuracy of the merged model',
      caption: 'Of the model whose parameters are the average of all peers’, on test samples that nobody trained on.',
      ...drawLines(accuracy, ROUNDS, { name: 'accuracy, %' }),
    }
  }
  const r2 = linesOf(courses, ({ merged }) => merged?.r2 ?? null)
  if (r2.length > 0) {
    return {
      title: 'R² of the merged model',
      caption:
        'Of the model whose parameters are the average of all peers’, on test samples that nobody trained on. 1 is exact; 0 is as good ' +
        'as always saying the mean.',
      ...drawLines(r2, ROUNDS, { name: 'R²' }),
    }
  }
  const loss = linesOf(courses, ({ merged }) => merged?.loss ?? null)
  if (loss.length === 0) return undefined
  return {
    title: 'Loss of the merged model',
    caption:
      'Of the model whose parameters are the average of all peers’. A level end is the noise or the bias that a rule leaves.',
    ...drawLines(loss, ROUNDS, { name: 'loss', logarithmic: isOfManyMagnitudes(loss) }),
  }
}

/** Their accuracy, or R². Undefined where nothing is classified or measured. */
export function localQualityPlot(courses: readonly Course[]): Plot | undefined {
  const accuracies = linesOf(courses, ({ localAccuracy }) => localAccuracy && inPercent(localAccuracy.mean))
  const classifies = accuracies.length > 0
  const lines = classifies ? accuracies : linesOf(courses, ({ localR2 }) => localR2?.mean ?? null)
  if (lines.length === 0) return undefined
  return {
    title: `${classifies ? 'Accuracy' : 'R²'} of the peers’ own models`,
    caption: 'The mean over all peers. What lies far below the merged model is what a peer alone would be left with.',
    ...drawLines(lines, ROUNDS, { name: classifies ? 'accuracy, %' : 'R²' }),
  }
}

export function distancesPlot(courses: readonly Course[]): Plot | undefined {
  const lines = linesOf(courses, ({ consensusDistance }) => consensusDistance)
  if (lines.length === 0) return undefined
  const isAtZero = lines.some(({ points }) => points.some(([, y]) => y === 0))
  return {
    title: 'Consensus distance',
    caption:
      'How far peers are from their average, relative to its norm. Steeper is faster agreement; level is a balance with training.' +
      (isAtZero ? ` ${WITHOUT_ZERO}` : ''),
    ...drawLines(lines, ROUNDS, { name: 'relative distance', logarithmic: true }),
  }
}

/** Undefined where nothing is classified. */
export function accuracyOverBytesPlot(courses: readonly Course[]): Plot | undefined {
  const unit = byteUnit(Math.max(0, ...courses.flatMap(({ results }) => results.map(({ final }) => final.bytesSent))))
  const lines = linesOf(
    courses,
    ({ merged }) => merged && inPercent(merged.accuracy),
    ({ bytesSent }) => bytesSent / unit.bytes,
  )
  if (lines.length === 0) return undefined
  return {
    title: 'Accuracy for what was sent',
    caption:
      'Of the merged model, over the bytes that all peers sent together. Further to the left is the same accuracy for less.',
    ...drawLines(lines, { name: `$unit.namesent`, logarithmic: true }, { name: 'accuracy, %' }),
  }
}

const ROUNDS: Axis = { name: 'round' }
const MANY_MAGNITUDES = 100

function isOfManyMagnitudes(lines: readonly Line[]): boolean {
  const values = lines.flatMap(({ points }) => points.flatMap(([, y]) => (y === null ? [] : [y])))
  const smallest = Math.min(...values)
  return smallest > 0 && Math.max(...values) / smallest > MANY_MAGNITUDES
}

/** The lines of those courses in which there is something. */
function linesOf(
  courses: readonly Course[],
  y: (round: RoundResult) => number | null,
  x: (round: RoundResult) => number = ({ round }) => round,
): Line[] {
  return courses
    .map(({ results, ...line }) => ({ ...line, points: meanOf(results, x, y) }))
    .filter(({ points }) => points.some(([, value]) => value !== null))
}

/** The mean course of several runs, at the evaluations that all of them have. */
function meanOf(
  results: readonly RunResult[],
  x: (round: RoundResult) => number,
  y: (round: RoundResult) => number | null,
): Line['points'] {
  const [first, ...others] = results
  return first.rounds.flatMap(round => {
    const same = others.map(({ rounds }) => rounds.find(other => other.round === round.round))
    if (same.includes(undefined)) return []
    const all = [round, ...same.filter(one => one !== undefined)]
    const values = all.map(y)
    const mean = values.includes(null) ? null : average(values.map(Number))
    return [[average(all.map(x)), mean] as const]
  })
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function inPercent(share: number | null): number | null {
  return share === null ? null : 100 * share
}
