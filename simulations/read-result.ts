import { z } from 'zod'
import { HearsayError } from '../src/errors.ts'
import { parseRecipe, type Recipe, recipeHash, recipeHashWithPath } from '../src/recipe/recipe.ts'
import type { RunConditions, RunResult } from './result.ts'

/** A result that nobody wrote so: it was cut off, or changed. */
export class DamagedResultError extends HearsayError {
  override readonly name = 'DamagedResultError'
}

const figure = z.number()
const spread = z.object({ mean: figure, min: figure, max: figure })
const round = z.object({
  round: figure,
  time: figure,
  consensusDistance: figure,
  meanSquaredDistance: figure,
  peerDistances: z.array(figure.nullable()).optional(),
  meanDrift: figure.nullable(),
  localLoss: figure.nullable(),
  localAccuracy: spread.nullable(),
  // JSON has no infinity: the loss of who is about to diverge is null in a file. Nor has it what is no number: R² where nothing varies.
  localR2: z.object({ mean: figure.nullable(), min: figure.nullable(), max: figure.nullable() }).optional(),
  merged: z
    .object({
      loss: figure.nullable(),
      accuracy: figure.nullable(),
      rmse: figure.nullable().optional(),
      mae: figure.nullable().optional(),
      r2: figure.nullable().optional(),
      perTarget: z
        .array(z.object({ rmse: figure.nullable(), mae: figure.nullable(), r2: figure.nullable() }))
        .optional(),
    })
    .nullable(),
  bytesSent: figure,
  messages: figure,
})

const conditions = z.object({
  partition: z.string().optional(),
  loss: figure.optional(),
  churn: z.union([figure, z.literal('trace')]).optional(),
  delay: z.string().optional(),
  bandwidth: z.object({ host: figure.optional(), link: figure.optional() }).optional(),
  stragglers: z.object({ share: figure, training: figure.optional(), links: figure.optional() }).optional(),
  splits: z.array(z.object({ at: figure, until: figure, share: figure })).optional(),
  byzantine: z.object({ share: figure, attack: z.string() }).optional(),
}) satisfies z.ZodType<RunConditions>

/** The fields that must be there; later versions may add to it. */
const schema = z.object({
  hearsay: z.literal('1'),
  recipe: z.unknown(),
  recipeHash: z.string(),
  seed: figure,
  engine: z.string(),
  peers: figure,
  conditions: conditions.optional(),
  rounds: z.array(round).min(1),
  spectralGap: figure.nullable().optional(),
  final: round.extend({ parametersHash: z.string() }),
  sealed: z.boolean(),
  notes: z.array(z.string()).default([]),
  partial: z
    .discriminatedUnion('reason', [
      z.object({ reason: z.literal('interrupted') }),
      z.object({ reason: z.literal('diverged'), round: figure, peer: z.string() }),
    ])
    .optional(),
  timing: z.object({ wallSeconds: figure }),
}) satisfies z.ZodType<Pick<RunResult, 'sealed' | 'peers' | 'seed'>>

/** A run as a file describes it, as far as it was checked: the recipe was not. */
export type WrittenResult = z.infer<typeof schema>

/** @throws DamagedResultError naming the field that is wrong */
export function parseResult(content: unknown): WrittenResult {
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new DamagedResultError(`its field ${issue.path.join('.')} is wrong: ${issue.message}`)
}

/** Whether a recipe has this hash, as this version or 0.1 makes it. */
export function isOfRecipe(recipe: Recipe, hash: string): boolean {
  return recipeHash(recipe) === hash || recipeHashWithPath(recipe) === hash
}

/** The result in a file's text; undefined where that was cut off, or is something else. */
export function readResult(text: string): RunResult | undefined {
  try {
    const content: unknown = JSON.parse(text)
    const result = parseResult(content)
    return isOfRecipe(parseRecipe(result.recipe), result.recipeHash) ? (content as RunResult) : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof HearsayError) return undefined
    throw error
  }
}
