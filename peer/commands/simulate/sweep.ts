import type { SweepOutcome } from '../../../src/public/simulate.ts'
import { DONE, FAILED, INTERRUPTED, WRONG_USAGE } from '../../exit-codes.ts'
import { parseJson, readBytes } from '../../json-file.ts'
import type { Output } from '../../output.ts'
import { counted } from '../../words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import { describeOutcomes } from './describe-outcomes.ts'
import type { SimulateFlags } from './flags.ts'
import { pointFlagNames } from './point-flags.ts'
import { runPoints } from './run-points.ts'
import { keepingIn, requireSweepFiles, writeSweepFiles } from './sweep-files.ts'

const EXPECTED = 'a sweep: JSON with "base", flags, and "grid", lists of values of flags'

/**
 * @param file what `--sweep` names
 * @param command what was typed
 * @returns the exit code
 */
export async function runSweepFile(
  file: string,
  flags: SimulateFlags,
  command: string,
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  if (flags.out === undefined) {
    throw new WrongUsage('--sweep needs --out DIR, a folder for the results: what is there is not run again')
  }
  await requireSweepFiles(flags)
  const { parseSweep } = await import('../../../src/public/simulate.ts')
  const content = parseJson((await readBytes(file, EXPECTED)).toString(), file)
  const points = parseSweep(content, pointFlagNames(), file)
  const kept = await keepingIn(flags.out)
  const outcomes = await runPoints(
    { points, title: `sweep ${file}: ${counted(points.length, 'run')}`, kept, signal },
    out,
  )

  out.jsonDocument({ sweep: file, runs: outcomes.map(summarised) })
  out.show(describeOutcomes(outcomes))
  await writeSweepFiles(outcomes, flags, { title: `Sweep ${file}`, lead: [], command }, out)
  return exitCodeOf(outcomes)
}

/** Without the rounds, which are in the files. */
export function summarised(outcome: SweepOutcome): unknown {
  if (!('result' in outcome)) return outcome
  const { result, ...others } = outcome
  return { ...others, final: result.final }
}

export function exitCodeOf(outcomes: readonly SweepOutcome[]): number {
  const statuses = outcomes.map(({ status }) => status)
  if (statuses.includes('interrupted') || statuses.includes('waiting')) return INTERRUPTED
  if (statuses.includes('failed') || outcomes.some(outcome => 'notKept' in outcome)) return FAILED
  // A sweep succeeds if anything could be run.
  return statuses.every(status => status === 'refused') ? WRONG_USAGE : DONE
}
