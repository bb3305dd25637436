/**
 * Recipes of 0.1 stay the swarms that they are: a field that came later is part of a swarm's identity only where it differs from what
 * recipes without it mean.
 *
 * @packageDocumentation
 */

/** A recipe as plain JSON. */
export type RecipeDocument = { readonly [field: string]: unknown }

/**
 * The fields that came after 0.1, and what a recipe without them means. That can never be changed: it would make other swarms of
 * the recipes that people have. A better default is one that `hearsay init` writes. A new field is entered here, unless it is
 * optional: what is not there is not hashed.
 */
export const LATER_FIELDS: readonly {
  readonly path: readonly [room: string, field: string]
  readonly absent: string | number | boolean
}[] = [
  { path: ['start', 'minimumPeers'], absent: 2 },
  { path: ['start', 'patience'], absent: 2 },
  { path: ['averaging', 'weights'], absent: 'equal' },
  { path: ['security', 'membership'], absent: 'open' },
]

/** The recipe as every version writes it that knows the fields in which it is unusual. */
export function withoutLaterDefaults(recipe: RecipeDocument): RecipeDocument {
  let document = recipe
  for (const { path, absent } of LATER_FIELDS) {
    const [room, field] = path
    const fields = document[room]
    if (!isDocument(fields) || fields[field] !== absent) continue
    const { [field]: _default, ...others } = fields
    const { [room]: _room, ...rooms } = document
    document = Object.keys(others).length === 0 ? rooms : { ...rooms, [room]: others }
  }
  return document
}

/** The recipe with what it leaves unsaid. */
export function withLaterDefaults(recipe: RecipeDocument): RecipeDocument {
  let document = recipe
  for (const { path, absent } of LATER_FIELDS) {
    const [room, field] = path
    const fields = document[room] ?? {}
    if (isDocument(fields)) document = { ...document, [room]: { [field]: absent, ...fields } }
  }
  return document
}

export function isDocument(value: unknown): value is RecipeDocument {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
