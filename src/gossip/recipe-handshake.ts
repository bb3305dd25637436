/**
 * Peers of other recipes cannot speak our protocols, whose ids carry the recipe's hash. This one they can, so that a
 * person learns why two peers that see each other do not learn together.
 *
 * @packageDocumentation
 */

import { firstDifference } from '../recipe/recipe.ts'
import { REPLY_TIMEOUT_MS } from './constants.ts'
import { withDeadline } from './deadline.ts'
import { receive, send } from './messages.ts'
import type { AbortOptions, Clock, FrameStream } from './ports.ts'

/** A recipe as plain JSON. */
export type RecipeDocument = { readonly [field: string]: unknown }

/** @returns the first field in which the other peer's recipe differs; undefined where they agree */
export async function compareRecipes(
  stream: FrameStream,
  recipe: RecipeDocument,
  clock: Clock,
  options: AbortOptions,
): Promise<string | undefined> {
  return await withDeadline(clock, REPLY_TIMEOUT_MS, 'the other recipe', options, async within => {
    const document = JSON.parse(JSON.stringify(recipe))
    await send(stream, { type: 'recipe', recipe: document }, within)
    const theirs = await receive(stream, 'recipe', within)
    return firstDifference(document, theirs.recipe)
  })
}
