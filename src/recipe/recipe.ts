import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { UsageError } from '../errors.ts'
import { meant } from '../strict-options.ts'
import { identityOf } from './identity.ts'
import { isDocument, type RecipeDocument, withoutLaterDefaults } from './later-fields.ts'
import { recipeFields, recipeSchema } from './recipe-fields.ts'

export { AUTO_COMPRESSION } from '../catalogue.ts'

/** A recipe that cannot be: which field, what it holds, what is accepted. */
export class InvalidRecipeError extends UsageError {
  override readonly name = 'InvalidRecipeError'
}

/**
 * The agreement of all peers of a swarm, with every default filled in. Everything that changes what is learned or how it is merged is in here;
 * what a peer owns (its data, its addresses, its state) is not. `docs/formats.md` says what each field means.
 */
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
  const { issues } = parsed.error
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  const field = issue.path.join('.')
  const hint = issue.code === 'unrecognized_keys' ? meant(recipeFields, issue.path, issue.keys[0]) : ''
  throw new InvalidRecipeError(`recipe${field === '' ? '' : `, field ${field}`}: ${issue.message}${hint}`)
}

/**
 * The embedded default: a small classifier on the built-in digits. Its rule is not the schema's default, which is what recipes of 0.1 mean
 * that say nothing of it; decision 007 says why this one is better.
 */
export const defaultRecipe: Recipe = parseRecipe({ averaging: { rule: 'dpsgd' } })

/** Numbers that the model's last layer gives for a sample: the values of a regression, else a logit for each class. */
export function outputsOf({ classes, outputs }: Pick<Recipe['model'], 'classes' | 'outputs'>): number {
  return outputs ?? classes
}

/** Local steps with which `auto` begins, before anything was measured: the default of a recipe without it. */
export const AUTO_FIRST_LOCAL_STEPS = 10

/** Local steps that make a round, where rounds are counted: with `auto` every peer has another number, and it changes. */
export function stepsPerRound(localSteps: Recipe['exchange']['localSteps']): number {
  return localSteps === 'auto' ? AUTO_FIRST_LOCAL_STEPS : localSteps
}

/** JSON with sorted keys: one recipe has one text, however it was written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

/**
 * The swarm id: hex SHA-256 of the canonical recipe, without fields that came later and say what recipes without them mean, and without
 * the path of a model's file of which there is a digest.
 */
export function recipeHash(recipe: Recipe): string {
  return hashOf(identityOf(recipe))
}

/** The swarm id of version 0.1, of which the path was a part; the same as now for a model that is made from no file. */
export function recipeHashWithPath(recipe: Recipe): string {
  return hashOf(withoutLaterDefaults(recipe))
}

function hashOf(document: RecipeDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex')
}

/** The first field, in the order of names, in which two recipes differ, with both values; undefined where they agree. */
export function firstDifference(ours: unknown, theirs: unknown, path = ''): string | undefined {
  if (isDocument(ours) && isDocument(theirs)) {
    for (const key of [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort()) {
      const name = /^\w+$/.test(key) ? key : JSON.stringify(key)
      const found = firstDifference(ours[key], theirs[key], path === '' ? name : `${path}.${name}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  // Of columns, the one that differs: all of them together nobody would read.
  if (areDocuments(ours) && areDocuments(theirs) && ours.length === theirs.length) {
    for (const [index, one] of ours.entries()) {
      const found = firstDifference(one, theirs[index], `${path}.${index}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  const [here, there] = [canonicalJson(ours), canonicalJson(theirs)]
  return here === there ? undefined : `${path}: ${here} here, ${there} there`
}

function areDocuments(value: unknown): value is readonly RecipeDocument[] {
  return Array.isArray(value) && value.every(isDocument)
}
