/**
 * Many runs, one after another: what sweeps and scenarios share.
 *
 * @packageDocumentation
 */

import type { Split } from '../../../src/index.ts'
import type { KeptResults, SweepOutcome, SweepPoint } from '../../../src/public/simulate.ts'
import { version } from '../../../src/version.ts'
import type { Output } from '../../output.ts'
import { showProgress } from '../../progress.ts'
import { shellWords } from '../../shell-words.ts'
import type { LoadData } from '../../task.ts'
import { count } from '../../words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import { execute, momentOf, roundsOf } from './execute.ts'
import { type Plan, planSimulation } from './plan.ts'
import { readPoint, typedPoint } from './point-flags.ts'

export interface PointsToRun {
  readonly points: readonly SweepPoint[]
  /** The points in a line. */
  readonly title: string
  readonly kept?: KeptResults
  readonly allowModule?: true
  readonly signal: AbortSignal
}

/** Runs them with a bar for all of them. */
export async function runPoints(
  { points, title, kept, allowModule, signal }: PointsToRun,
  out: Output,
): Promise<SweepOutcome[]> {
  const { runSweep } = await import('../../../src/public/simulate.ts')
  const { UsageError } = await import('../../../src/index.ts')
  const progress = showProgress(out, title)
  const load = rememberingOne((await import('../../../src/index.ts')).loadDataset)
  let rounds: number | undefined
  try {
    return await runSweep({
      points,
      kept,
      signal,
      commandOf: ({ flags }) => shellWords(['hearsay', ...typedPoint(flags)]),
      async prepare(point) {
        try {
          const { file, flags } = readPoint(point.flags)
          const plan = await planSimulation(
            file,
            { ...flags, allowModule },
            { warn: message => out.say(message), load },
          )
          rounds = await roundsOf(plan)
          return { what: await whatRuns(plan, flags.data), run: listening => execute(plan, listening) }
        } catch (error) {
          // The command line's own refusals are worth as much as the library's.
          throw error instanceof WrongUsage ? new UsageError(error.message) : error
        }
      },
      onPoint(point, done) {
        progress.update({ share: done / points.length, facts: [`run ${count(done + 1)} of ${count(points.length)}`] })
        return {
          onRound(round) {
            const { share = 0, facts } = momentOf(round, rounds)
            progress.update({
              share: (done + share) / points.length,
              facts: [`run ${count(done + 1)} of ${count(points.length)}: ${point.name}`, ...facts],
            })
          },
        }
      },
    })
  } finally {
    progress.end()
  }
}

/**
 * Everything that decides a result: also the version of hearsay, and what is in the file of a model, by the hash of the
 * recipe that has its digest, and the hash of the weights that it begins from. Data go by their source: files are taken to stay as they are.
 */
async function whatRuns(plan: Plan, source: string | undefined): Promise<string> {
  const { prepareRecipe } = await import('../../../src/public/models.ts')
  // How many threads there are decides nothing.
  const { data, from, workers, recipe, ...others } = plan
  const { hash: swarm } = await prepareRecipe(recipe)
  return JSON.stringify({ version: version(), source, swarm, ...others })
}

/**
 * Runs of a sweep mostly learn from the same data, which may take long to read; of others there may be too much to keep. Data that are
 * read in another way, such as by another recipe's columns, are others.
 */
export function rememberingOne(load: LoadData): LoadData {
  let last: { readonly key: string; readonly data: Split } | undefined
  return async (source, options) => {
    // Whom to tell, which is no part of the text, decides nothing.
    const key = JSON.stringify([source, options])
    if (last?.key !== key) last = { key, data: await load(source, options) }
    return last.data
  }
}
