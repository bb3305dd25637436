/**
 * What the people of a swarm under attack have made before anything is started: a recipe, and by what its members come in.
 *
 * @packageDocumentation
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { invite, keepRecipe, prepareFounder } from '../../src/public/members.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'

export interface SwarmSetting {
  /** Who may be a member. Default: whom the founder has invited. */
  readonly membership?: 'open' | 'invited'
  /** The averaging rule. Default: that of the embedded recipe, by which all average in step. */
  readonly rule?: string
  /** What a peer makes of several vectors. Default: their mean. */
  readonly aggregator?: string
  /** Local steps that each peer trains at least. */
  readonly steps: number
  /** Members with data before anybody trains. */
  readonly minimumPeers: number
}

export interface SwarmFiles {
  readonly recipe: string
  /** The founder's identity, where there is one. */
  readonly founder?: string
  /** The flags with which an honest peer comes in; those of the first are the founder's. */
  membershipOf(index: number): Promise<readonly string[]>
  /** An invitation for whoever holds it; undefined where nobody needs one. */
  invitation(): Promise<string | undefined>
}

export async function makeSwarm(
  folder: string,
  { membership = 'invited', rule = 'dpsgd', aggregator = 'mean', steps, minimumPeers }: SwarmSetting,
): Promise<SwarmFiles> {
  const file = join(folder, 'recipe.json')
  const state = join(folder, 'founder')
  const isOpen = membership === 'open'
  const security = isOpen ? { membership } : { membership, ...(await prepareFounder(state)) }
  const recipe: RecipeInput = {
    averaging: { rule, aggregator },
    training: { steps },
    start: { minimumPeers },
    security,
  }
  writeFileSync(file, JSON.stringify(parseRecipe(recipe)))
  if (!isOpen) await keepRecipe(state, recipe)
  const invitation = async () => (isOpen ? undefined : await invite({ state }))
  return {
    recipe: file,
    founder: isOpen ? undefined : join(state, 'identity'),
    invitation,
    async membershipOf(index) {
      if (isOpen) return []
      return index === 0 ? ['--state', state] : ['--invite', String(await invitation())]
    },
  }
}
