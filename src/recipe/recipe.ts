import { createHash } from 'node:crypto'
import { z } from 'zod'
import { UsageError } from '../errors.ts'

/** A recipe that cannot be: which field, what it holds, what is accepted. */
export class InvalidRecipeError extends UsageError {
  override readonly name = 'InvalidRecipeError'
}

const positive = z.number().positive()
const count = z.int().min(1)

/**
 * What all peers of a swarm must agree on. Everything that changes what is learned or how it is merged is in here;
 * what a peer owns (its data, its addresses, its state) is not.
 */
const recipeSchema = z.strictObject({
  /** Version of this format. */
  hearsay: z.literal('1').default('1'),
  model: z
    .strictObject({
      /** `linear`, `mlp[:H,H…]`; `vector` is a bare vector, for the consensus task. */
      name: z.string().min(1).default('mlp:64'),
      /** Shape of one sample; for `vector` its length. */
      shape: z.array(count).min(1).default([28, 28, 1]),
      /** Number of classes; 0 where nothing is classified. */
      classes: z.int().min(0).default(10),
      /**
       * What the classes are called, by index, where the data names them. A peer may hold only some of them; without the
       * names it could not know which.
       */
      classNames: z.array(z.string()).optional(),
    })
    .prefault({}),
  objective: z.strictObject({ task: z.enum(['classify', 'language', 'consensus']).default('classify') }).prefault({}),
  training: z
    .strictObject({
      optimizer: z.enum(['sgd', 'adam']).default('sgd'),
      learningRate: positive.default(0.05),
      /** Of `sgd`; `adam` does not use it. */
      momentum: z.number().min(0).lt(1).default(0.9),
      /** Samples per local step. */
      batch: count.default(32),
      /** Local steps after which a peer stops training; 0 only averages. */
      steps: z.int().min(0).default(1000),
      /** Seed of the initial parameters: every peer starts from the same ones. */
      seed: z.int().default(1),
    })
    .prefault({}),
  averaging: z
    .strictObject({
      topology: z.string().min(1).default('complete'),
      rule: z.string().min(1).default('adpsgd'),
      /** The relative consensus distance at which averaging may end and the swarm seals. */
      consensusDistance: positive.default(1e-3),
    })
    .prefault({}),
  exchange: z
    .strictObject({
      /** Local steps between two exchanges that a peer begins. */
      localSteps: count.default(10),
      compression: z.enum(['none']).default('none'),
    })
    .prefault({}),
  security: z
    .strictObject({
      /** Parameters with a larger Euclidean norm are not merged. */
      maximumNorm: positive.default(1e6),
    })
    .prefault({}),
})

export type Recipe = z.infer<typeof recipeSchema>
/** A recipe as written: whatever is left out takes its default. */
export type RecipeInput = z.input<typeof recipeSchema>

/**
 * Fills in the defaults.
 *
 * @throws InvalidRecipeError naming the first field that is wrong and what it accepts
 */
export function parseRecipe(input: unknown): Recipe {
  const parsed = recipeSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue.path.join('.')
  throw new InvalidRecipeError(`recipe${field === '' ? '' : `, field ${field}`}: ${issue.message}`)
}

/** The embedded default: a small classifier on the built-in digits. */
export const defaultRecipe: Recipe = parseRecipe({})

/** JSON with sorted keys: one recipe has one text, however it was written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

/** The swarm id: hex SHA-256 of the canonical recipe. */
export function recipeHash(recipe: Recipe): string {
  return createHash('sha256').update(canonicalJson(recipe)).digest('hex')
}

/** The first field, in the order of names, in which two recipes differ, with both values; undefined where they agree. */
export function firstDifference(ours: unknown, theirs: unknown, path = ''): string | undefined {
  if (isObject(ours) && isObject(theirs)) {
    for (const key of [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort()) {
      const name = /^\w+$/.test(key) ? key : JSON.stringify(key)
      const found = firstDifference(ours[key], theirs[key], path === '' ? name : `${path}.${name}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  const [here, there] = [canonicalJson(ours), canonicalJson(theirs)]
  return here === there ? undefined : `${path}: ${here} here, ${there} there`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
