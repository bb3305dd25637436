import type { SweepOutcome } from '../../../src/public/simulate.ts'
import { Failure } from '../../failure.ts'
import type { Output } from '../../output.ts'
import { requireWritable, writeOutput } from '../../output-file.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { SimulateFlags } from './flags.ts'

type Files = Pick<SimulateFlags, 'figure' | 'trajectories'>

/** Finds out before hours of work whether what is wanted of them is known, and can be written. */
export async function requireWritablePlots({ figure = [], trajectories }: Files): Promise<void> {
  await requireWritable('--trajectories', trajectories)
  if (figure.length === 0) return
  const { quantityNames } = await import('../../../src/public/simulate.ts')
  for (const { quantity, file } of figure) {
    await requireWritable('--figure', file)
    if (quantity === undefined || quantityNames.includes(quantity)) continue
    throw new WrongUsage(`--figure: unknown quantity "${quantity}"; accepted are ${quantityNames.join(', ')}`)
  }
}

/** Writes what papers take of one run or of many: the rounds, and plots of them. */
export async function writePlots(
  outcomes: readonly SweepOutcome[],
  { figure = [], trajectories }: Files,
  { say }: Output,
): Promise<void> {
  const { renderFigure, trajectoriesAsCsv } = await import('../../../src/public/simulate.ts')
  if (trajectories !== undefined) {
    await writeOutput('--trajectories', trajectories, await trajectoriesAsCsv(outcomes))
    say(`wrote ${trajectories}`)
  }
  const { UsageError } = await import('../../../src/index.ts')
  for (const { quantity, file } of figure) {
    try {
      await writeOutput('--figure', file, await renderFigure({ outcomes, quantity }))
    } catch (error) {
      // What a run measures is known when it is over.
      throw error instanceof UsageError ? new Failure(`--figure ${file}: ${error.message}`) : error
    }
    say(`wrote ${file}`)
  }
}
