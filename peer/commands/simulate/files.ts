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

type Files = Pick<SimulateFlags, 'out' | 'csv' | 'report'>

/** Finds out before hours of work whether their result can be written. */
export async function requireWritableFiles({ out, csv, report }: Files): Promise<void> {
  await requireWritable('--out', out)
  await requireWritable('--csv', csv)
  await requireWritable('--report', report)
}

/** @param command what reproduces the run */
export async function writeFiles(
  result: RunResult,
  { out, csv, report }: Files,
  { command, edges }: { readonly command: string; readonly edges: string | undefined },
  { say }: Output,
): Promise<void> {
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
}
