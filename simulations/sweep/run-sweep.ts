import { HearsayError, UsageError } from '../../src/errors.ts'
import type { SimulationOptions } from '../options.ts'
import type { RunResult } from '../result.ts'
import { type KeptResults, nothingKept } from './kept-results.ts'
import { type SweepOutcome, statusOf } from './outcome.ts'
import type { SweepPoint } from './point.ts'

/** A run that could begin. */
export interface ReadyRun {
  /** All that decides the result, as text: the same text, the same result. */
  readonly what: string
  /** Runs it. Rejects with the error with which the run failed. */
  run(listening: Pick<SimulationOptions, 'onRound' | 'signal'>): Promise<RunResult>
}

/** A grid of runs, and how one of them is made. */
export interface SweepOptions {
  readonly points: readonly SweepPoint[]
  /** @throws UsageError for a point that cannot be */
  readonly prepare: (point: SweepPoint) => Promise<ReadyRun>
  /** The command that runs one point alone, as it is typed. */
  readonly commandOf: (point: SweepPoint) => string
  /** Default: nothing is kept. */
  readonly kept?: KeptResults
  /** Called before each run that has to be made, with how many need no run any more; gives this run's callbacks. */
  readonly onPoint?: (point: SweepPoint, done: number) => Pick<SimulationOptions, 'onRound'>
  readonly signal?: AbortSignal
}

/**
 * Runs one point after another; those that were run before are taken from what was kept. What cannot be is recorded with the
 * reason and stops nothing.
 *
 * @returns an outcome for each point, in their order
 */
export async function runSweep({
  points,
  prepare,
  commandOf,
  kept = nothingKept,
  onPoint = () => ({}),
  signal,
}: SweepOptions): Promise<SweepOutcome[]> {
  const outcomes: SweepOutcome[] = []
  for (const [i, point] of points.entries()) {
    const what = { ...point, command: commandOf(point) }
    if (signal?.aborted) {
      outcomes.push({ ...what, status: 'waiting' })
      continue
    }
    try {
      const ready = await prepare(point)
      const before = await kept.find(point.name, ready.what)
      if (before !== undefined) {
        outcomes.push({ ...what, status: statusOf(before.result), ...before })
        continue
      }
      const result = await ready.run({ ...onPoint(point, i), signal })
      outcomes.push({ ...what, status: statusOf(result), result, ...(await keep(kept, point, ready, result)) })
    } catch (error) {
      if (signal?.aborted && error === signal.reason) outcomes.push({ ...what, status: 'waiting' })
      else if (error instanceof UsageError) outcomes.push({ ...what, status: 'refused', reason: error.message })
      else if (error instanceof HearsayError) outcomes.push({ ...what, status: 'failed', reason: error.message })
      else throw error
    }
  }
  return outcomes
}

/** A result that a full disk does not take is still one. */
async function keep(
  kept: KeptResults,
  { name }: SweepPoint,
  { what }: ReadyRun,
  result: RunResult,
): Promise<{ readonly file: string } | { readonly notKept: string }> {
  try {
    return { file: await kept.keep(name, what, result) }
  } catch (error) {
    return { notKept: (error as Error).message }
  }
}
