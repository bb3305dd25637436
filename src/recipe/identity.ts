/**
 * What of a recipe makes its swarm. Where a file lies is the affair of the machine on which it does: a model that is made from one is
 * known by the file's digest.
 *
 * @packageDocumentation
 */

import { MODELS } from '../catalogue.ts'
import { isDocument, type RecipeDocument, withoutLaterDefaults } from './later-fields.ts'

const OF_FILE = ':FILE'

/** The families of models whose argument is a file. */
const FAMILIES = Object.keys(MODELS).flatMap(form => (form.endsWith(OF_FILE) ? [form.slice(0, -OF_FILE.length)] : []))

/** The family of a model that is made from a file: `tfjs` of `tfjs:FILE`; undefined of others. */
export function familyOfFile(model: string): string | undefined {
  return FAMILIES.find(family => model.startsWith(`${family}:`))
}

/** The recipe without the path of its model's file, where a digest says which file it is. */
export function withoutPaths(recipe: RecipeDocument): RecipeDocument {
  const { model } = recipe
  if (!isDocument(model) || typeof model.name !== 'string' || model.digest === undefined) return recipe
  const family = familyOfFile(model.name)
  return family === undefined ? recipe : { ...recipe, model: { ...model, name: family } }
}

/** The part of a recipe that peers compare, and of which the swarm's id is the hash. */
export function identityOf(recipe: RecipeDocument): RecipeDocument {
  return withoutPaths(withoutLaterDefaults(recipe))
}
