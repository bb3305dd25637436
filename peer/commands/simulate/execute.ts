import type { RoundResult, RunResult, SimulationOptions } from '../../../src/index.ts'
import type { Moment } from '../../progress.ts'
import { describeQuality, mainFigure } from '../../quality.ts'
import { bytes, count, distance } from '../../words.ts'
import type { Plan } from './plan.ts'

/** Runs what was planned. */
export async function execute(
  plan: Plan,
  listening: Pick<SimulationOptions, 'onStart' | 'onExchange' | 'onRound' | 'signal'>,
): Promise<RunResult> {
  const { simulate } = await import('../../../src/index.ts')
  return await simulate({ ...plan, ...listening })
}

/** How long a run is, in rounds; undefined where it goes on until the peers agree. */
export async function roundsOf({ recipe, rounds }: Plan): Promise<number | undefined> {
  const { stepsPerRound } = await import('../../../src/public/models.ts')
  const { steps } = recipe.training
  return steps > 0 ? Math.ceil(steps / stepsPerRound(recipe.exchange.localSteps)) : rounds
}

/** The state of a run after a round, for a progress bar. */
export function momentOf({ round, consensusDistance, merged, bytesSent }: RoundResult, rounds?: number): Moment {
  return {
    share: rounds === undefined ? undefined : Math.min(1, round / rounds),
    facts: [
      rounds === undefined ? `round ${count(round)}` : `round ${count(round)} of ${count(rounds)}`,
      `distance ${distance(consensusDistance)}`,
      ...(merged === null
        ? []
        : [describeQuality(merged) === undefined ? `loss ${distance(merged.loss)}` : `merged ${mainFigure(merged)}`]),
      `${bytes(bytesSent)} sent`,
    ],
  }
}
