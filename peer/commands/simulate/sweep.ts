import { resolve } from 'node:path'
import type { SweepOutcome, SweepPoint } from '../../../src/public/simulate.ts'
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

/** How a model or data begin that are a program. */
const PROGRAM = 'module:'

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
  const content = parseJson((await readBytes(file, EXPECTED)).toString(), file, EXPECTED)
  const points = parseSweep(content, pointFlagNames(), file)
  requireAllowedPrograms(file, points, flags)
  const kept = await keepingIn(flags.out)
  const outcomes = await runPoints(
    { points, title: `sweep ${file}: ${counted(points.length, 'run')}`, kept, allowModule: flags.allowModule, signal },
    out,
  )

  out.jsonDocument({ sweep: file, runs: outcomes.map(summarised) })
  out.show(describeOutcomes(outcomes))
  await writeSweepFiles(outcomes, flags, { title: `Sweep ${file}`, lead: [], command }, out)
  return exitCodeOf(outcomes)
}

/** @throws WrongUsage for a program that the file names, and nobody has allowed */
function requireAllowedPrograms(file: string, points: readonly SweepPoint[], { allowModule }: SimulateFlags): void {
  if (allowModule === true) return
  const named = points.flatMap(({ flags }) => [flags.model, flags.data]).map(String)
  const program = named.find(name => name.startsWith(PROGRAM))
  if (program === undefined) return
  throw new WrongUsage(
    `${file} runs the program ${resolve(program.slice(PROGRAM.length))} with all your rights: look at it, and then allow it with --allow-module`,
  )
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
