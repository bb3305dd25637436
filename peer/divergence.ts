import type { Recipe, RunResult } from '../src/index.ts'
import { count, distance } from './words.ts'

type Diverged = Extract<NonNullable<RunResult['partial']>, { readonly reason: 'diverged' }>

/** When and where a run diverged, and what may help. */
export function describeDivergence({ round, peer }: Omit<Diverged, 'reason'>, recipe: Recipe): string {
  return (
    `in round ${count(round)} the parameters of ${peer} were not finite, or their norm was ` +
    `above ${distance(recipe.security.maximumNorm)} (security.maximumNorm in the recipe)${adviceOn(recipe)}`
  )
}

/** Advice against divergence, in terms of the flags that the run's task has. */
function adviceOn({ objective, training }: Recipe): string {
  if (training.steps === 0) return ''
  const clipping = ['classify', 'regress', 'language'].includes(objective.task) ? ', or --clip-norm' : ''
  return `; a smaller --learning-rate may help${clipping}`
}
