import { type Dataset, defaultRecipe } from '../../../src/index.ts'
import { LANGUAGE_BATCH, samples, stepsForData, stepsForEpochs } from '../../../src/public/models.ts'
import type { InitFlags } from './flags.ts'

/** The data that the default recipe is made for, and learns where nobody names anything else. */
export const DEFAULT_SOURCE = 'digits'

/** Local steps of a recipe for what a source holds, where no flag says them. */
export function stepsFor({ epochs, batch }: InitFlags, source: string, train: Dataset): number {
  const sequences = train.targets !== undefined
  const perStep = batch ?? (sequences ? LANGUAGE_BATCH : defaultRecipe.training.batch)
  if (epochs !== undefined) return stepsForEpochs(epochs, samples(train), perStep)
  // A user who changes nothing of the default recipe is in the swarm of all who need none.
  if (source === DEFAULT_SOURCE) return defaultRecipe.training.steps
  return stepsForData({ samples: samples(train), sequences }, perStep)
}

/** How often each of the data is seen, for people. */
export function passesOver(train: Dataset, steps: number, batch: number): string {
  const each = samples(train)
  const passes = (steps * Math.min(batch, each)) / each
  return Number(passes.toPrecision(2)).toLocaleString('en')
}
