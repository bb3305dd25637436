import { z } from 'zod'
import { HearsayError } from '../../src/errors.ts'
import { parseRecipe, recipeHash } from '../../src/recipe/recipe.ts'
import type { RunResult } from '../result.ts'

const figure = z.number()
const spread = z.object({ mean: figure, min: figure, max: figure })
const round = z.object({
  round: figure,
  time: figure,
  consensusDistance: figure,
  meanSquaredDistance: figure,
  meanDrift: figure.nullable(),
  localLoss: figure.nullable(),
  localAccuracy: spread.nullable(),
  // JSON has no infinity: the loss of a model that is about to diverge is null in a file.
  merged: z.object({ loss: figure.nullable(), accuracy: figure.nullable() }).nullable(),
  bytesSent: figure,
  messages: figure,
})

/** The part of a result that comparisons read. */
const schema = z.object({
  hearsay: z.literal('1'),
  recipe: z.unknown(),
  recipeHash: z.string(),
  rounds: z.array(round).min(1),
  spectralGap: figure.nullable(),
  final: round.extend({ parametersHash: z.string() }),
  partial: z.object({ reason: z.enum(['interrupted', 'diverged']) }).optional(),
  timing: z.object({ wallSeconds: figure }),
})

/** The result in a file's text; undefined where that was cut off, or is something else. */
export function readResult(text: string): RunResult | undefined {
  try {
    const content: unknown = JSON.parse(text)
    const result = schema.parse(content)
    return recipeHash(parseRecipe(result.recipe)) === result.recipeHash ? (content as RunResult) : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof HearsayError) return undefined
    throw error
  }
}
