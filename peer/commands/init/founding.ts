/**
 * Who may join the swarm of a recipe, and what is made for that beside the recipe.
 *
 * @packageDocumentation
 */

import { readFile } from 'node:fs/promises'
import type { Recipe } from '../../../src/index.ts'
import { founderFolder, nameOfRecipe } from '../../founder-folder.ts'
import { OPEN } from '../../names.ts'
import { requireWritable, writeSecret } from '../../output-file.ts'
import { commandLine } from '../../shell-words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { InitFlags } from './flags.ts'

export type Membership = Recipe['security']['membership']

/** Whoever wants others in has to say so. */
export const DEFAULT_MEMBERSHIP: Membership = 'invited'

/** A recipe that says who may join. */
export interface Founded {
  readonly recipe: Recipe
  /** The folder with the founder's identity; of `invited`. */
  readonly state?: string
  /** The file with the key; of `key`. */
  readonly key?: string
}

/** @throws WrongUsage for flags that do not go together */
export function requireFittingMembership({ membership = DEFAULT_MEMBERSHIP, guestsInvite, state }: InitFlags): void {
  if (membership === 'invited') return
  if (guestsInvite)
    throw new WrongUsage(`--guests-invite is of --membership invited; with ${membership} nobody invites`)
  if (state === undefined) return
  throw new WrongUsage(`--state is where the founder of --membership invited is kept; with ${membership} there is none`)
}

/**
 * Makes what the membership needs, and uses what is there: neither an identity nor a key is ever overwritten, as others rely on them.
 *
 * @param file of the recipe
 */
export async function found(open: Recipe, flags: InitFlags, file: string): Promise<Founded> {
  const { membership = DEFAULT_MEMBERSHIP, guestsInvite, state = founderFolder(file) } = flags
  const { security } = open
  switch (membership) {
    case 'open':
      return { recipe: open }
    case 'key': {
      const key = `${nameOfRecipe(file)}.key`
      await makeKey(key)
      return { recipe: { ...open, security: { ...security, membership } }, key }
    }
    case 'invited': {
      const { keepRecipe, prepareFounder } = await import('../../../src/public/members.ts')
      const { founder } = await prepareFounder(state)
      const guests = guestsInvite === true ? { guestsInvite } : {}
      // Kept at once, so that others can be invited before the founder's peer has run.
      const recipe = await keepRecipe(state, { ...open, security: { ...security, membership, founder, ...guests } })
      return { recipe, state }
    }
  }
}

async function makeKey(file: string): Promise<void> {
  const { createSwarmKey, requireSwarmKey } = await import('../../../src/public/members.ts')
  const known = await readFile(file, 'utf8').catch(() => undefined)
  if (known === undefined) {
    await requireWritable('--out', file)
    await writeSecret('--out', file, `${createSwarmKey()}\n`)
    return
  }
  try {
    requireSwarmKey(known)
  } catch (error) {
    throw new WrongUsage(
      `${file} is there, and is never overwritten: ${(error as Error).message}; choose another --out`,
    )
  }
}

const UNBOUNDED =
  'one that lies could decide it: where all have the same kind of data, --aggregator clipped bounds how far anybody moves the others'

/** What was written, and what people do next. */
export function describeFounded(
  { recipe, state, key }: Founded,
  { file, swarm, source, isOfSites }: { file: string; swarm: string; source: readonly string[]; isOfSites: boolean },
): string[] {
  const command = (...words: readonly string[]) => `  ${commandLine(words)}`
  const peer = (...words: readonly string[]) => command('peer', file, ...source, ...words)
  // Sites have tables of their own, none of which is here.
  const trial = isOfSites ? [] : [command('swarm', file, '--peers', '5', ...source)]
  const wrote = `wrote ${file}: swarm ${swarm}`
  const trying = trial.length === 0 ? [] : ['or, to try it, all on this machine:', ...trial]
  if (state !== undefined) {
    const inviters = recipe.security.guestsInvite === true ? 'its founder or a guest' : 'its founder'
    return [
      `${wrote}; only those may join whom ${inviters} has invited`,
      `the founder's identity is in ${state}: keep it, and to yourself; without it nobody can be invited any more`,
      'next, as the founder:',
      peer('--state', state),
      `others need ${file} and an invitation, which the waiting peer prints, or`,
      command('invite', '--state', state),
      ...trying,
    ]
  }
  if (key !== undefined) {
    return [
      `${wrote}; only those may join who have the key in ${key}`,
      `give ${key} to the members as you would a password, and to nobody else: whoever has it is one, and cannot be put out again`,
      'next, at every member:',
      peer('--invite', key),
      ...trying,
    ]
  }
  const isBounded = recipe.averaging.aggregator !== 'mean'
  return [
    `${wrote}; ${OPEN}`,
    ...(isBounded ? [] : [UNBOUNDED]),
    isOfSites ? 'next, at every site, with its own table:' : 'next:',
    ...trial,
    peer(),
  ]
}
