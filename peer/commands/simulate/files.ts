/**
 * The files that a run leaves behind, where they were asked for.
 *
 * @packageDocumentation
 */

import type { RunResult } from '../../../src/index.ts'
import type { Output } from '../../output.ts'
import { requireWritable, writeOutput } from '../../output-file.ts'
import { writeResult } from '../../result-file.ts'
import type { SimulateFlags } from './flags.ts'
import { requireWritablePlots, writePlots } from './plot-files.ts'

type Files = Pick<SimulateFlags, 'out' | 'csv' | 'report' | 'figure' | 'trajectories'>

/** Finds out before hours of work whether their result can be written. */
export async function requireWritableFiles(files: Files): Promise<void> {
  const { out, csv, report } = files
  await requireWritable('--out', out)
  await requireWritable('--csv', csv)
  await requireWritable('--report', report)
  await requireWritablePlots(files)
}

/** @param command what reproduces the run */
export async function writeFiles(
  result: RunResult,
  files: Files,
  { command, edges }: { readonly command: string; readonly edges: string | undefined },
  output: Output,
): Promise<void> {
  const { out, csv, report } = files
  const { say } = output
  if (out !== undefined) {
    await writeResult(out, result)
    say(`wrote ${out}`)
  }
  if (csv !== undefined) {
    const { roundsAsCsv } = await import('../../../src/public/simulate.ts')
    await writeOutput('--csv', csv, await roundsAsCsv(result))
    say(`wrote ${csv}`)
  }
  if (report !== undefined) {
    const { renderReport } = await import('../../../src/public/simulate.ts')
    await writeOutput('--report', report, await renderReport({ result, command, edges }))
    say(`wrote ${report}`)
  }
  const { statusOf } = await import('../../../src/public/simulate.ts')
  const point = { name: `seed=${result.seed}`, flags: { seed: result.seed }, command }
  await writePlots([{ ...point, status: statusOf(result), result }], files, output)
}
