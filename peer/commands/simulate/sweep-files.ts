import type { KeptResults, SweepOutcome } from '../../../src/public/simulate.ts'
import type { Output } from '../../output.ts'
import { requireWritable, writeOutput } from '../../output-file.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { SimulateFlags } from './flags.ts'
import { requireWritablePlots, writePlots } from './plot-files.ts'

type Files = Pick<SimulateFlags, 'csv' | 'report' | 'figure' | 'trajectories'>

/** Finds out before hours of work whether the comparison can be written. */
export async function requireSweepFiles(files: Files): Promise<void> {
  await requireWritable('--csv', files.csv)
  await requireWritable('--report', files.report)
  await requireWritablePlots(files)
}

/** The folder that `--out` names. @throws WrongUsage where it cannot be one */
export async function keepingIn(folder: string): Promise<KeptResults> {
  const { keepResultsIn } = await import('../../../src/public/simulate.ts')
  const { UsageError } = await import('../../../src/index.ts')
  try {
    return await keepResultsIn(folder)
  } catch (error) {
    throw error instanceof UsageError ? new WrongUsage(`--out ${error.message}`) : error
  }
}

/** Writes what compares the runs; each has its own file already. */
export async function writeSweepFiles(
  outcomes: readonly SweepOutcome[],
  files: Files,
  heading: { readonly title: string; readonly lead: readonly string[]; readonly command: string },
  out: Output,
): Promise<void> {
  const { csv, report } = files
  const { say } = out
  if (csv !== undefined) {
    const { outcomesAsCsv } = await import('../../../src/public/simulate.ts')
    await writeOutput('--csv', csv, await outcomesAsCsv(outcomes))
    say(`wrote ${csv}`)
  }
  if (report !== undefined) {
    const { renderSweepReport } = await import('../../../src/public/simulate.ts')
    await writeOutput('--report', report, await renderSweepReport({ ...heading, outcomes }))
    say(`wrote ${report}`)
  }
  await writePlots(outcomes, files, out)
}
