import type { KeptResults, SweepOutcome } from '../../../src/public/simulate.ts'
import type { Output } from '../../output.ts'
import { requireWritable, writeOutput } from '../../output-file.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { SimulateFlags } from './flags.ts'

type Files = Pick<SimulateFlags, 'csv' | 'report'>

/** Finds out before hours of work whether the comparison can be written. */
export async function requireSweepFiles({ csv, report }: Files): Promise<void> {
  await requireWritable('--csv', csv)
  await requireWritable('--report', report)
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
  { csv, report }: Files,
  heading: { readonly title: string; readonly lead: readonly string[]; readonly command: string },
  { say }: Output,
): Promise<void> {
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
}
