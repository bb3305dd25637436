/**
 * Peers of other recipes cannot speak our protocols, whose ids carry the recipe's hash, nor can those of other versions, which
 * they carry too. This one they can, so that a person learns why two peers that see each other do not learn together.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import { identityOf, withoutPaths } from '../../recipe/identity.ts'
import { isDocument, type RecipeDocument, withLaterDefaults } from '../../recipe/later-fields.ts'
import { canonicalJson, firstDifference } from '../../recipe/recipe.ts'
import { MAX_MEMBERS, PROTOCOL_VERSION } from '../constants.ts'
import type { Events } from '../events.ts'
import type { Lifetime } from '../lifetime.ts'
import type { AbortOptions, Clock, FrameStream, PeerId } from '../ports.ts'
import { MAX_CONTROL_BYTES, REPLY_TIMEOUT_MS } from '../streams/constants.ts'
import { type Message, PROTOCOL_FIELD, receive, SEAL_FIELD, send } from '../streams/messages.ts'
import { withDeadline } from '../waiting/deadline.ts'
import { printable } from './printable.ts'

export type { RecipeDocument }

/** Characters of a hash by which a person tells it from others. */
const SHOWN_SEAL = 12

/** Compares recipes with every peer that speaks this protocol, and warns once of each that cannot learn together with this peer. */
export interface RecipeHandshake {
  meet(stream: FrameStream): Promise<void>
}

export interface RecipeHandshakeOptions {
  readonly recipe: RecipeDocument
  /** The seal from which this generation of the swarm went on; undefined of the first. */
  readonly seal: string | undefined
  readonly clock: Clock
  readonly lifetime: Lifetime
  readonly events: Pick<Events, 'emit'>
}

export function createRecipeHandshake({
  recipe,
  seal,
  clock,
  lifetime,
  events,
}: RecipeHandshakeOptions): RecipeHandshake {
  /** Peers of another recipe that were told of: once each is enough. */
  const strangers = new Set<PeerId>()
  return {
    async meet(stream) {
      const mismatch = await compareRecipes(stream, { recipe, seal }, clock, lifetime.end)
      if (mismatch === undefined || strangers.has(stream.peer)) return
      if (strangers.size < MAX_MEMBERS) strangers.add(stream.peer)
      events.emit('warning', { message: `${stream.peer} ${printable(mismatch)}` })
    },
  }
}

/**
 * @returns why the two cannot learn together, as what is to be said of the other peer: `has another recipe …`; undefined where
 *   they can
 */
export async function compareRecipes(
  stream: FrameStream,
  { recipe, seal }: { readonly recipe: RecipeDocument; readonly seal?: string },
  clock: Clock,
  options: AbortOptions,
): Promise<string | undefined> {
  return await withDeadline(clock, REPLY_TIMEOUT_MS, 'the other recipe', options, async within => {
    const ours: RecipeDocument = JSON.parse(JSON.stringify(recipe))
    // A peer that does not know a field would take its default for a difference.
    const { message: told, isBrief } = recipeMessage(identityOf(ours), seal)
    await send(stream, told, within)
    const message = await receive(stream, 'recipe', within)
    const { [PROTOCOL_FIELD]: version, [SEAL_FIELD]: theirSeal, ...theirs } = message.recipe
    const brief = isBrief || LARGE_FIELDS.some(([room, field]) => isHash(fieldOf(theirs, room, field)))
    const [here, there] = [compared(ours), compared(theirs)]
    const difference = brief ? firstDifference(withHashes(here), withHashes(there)) : firstDifference(here, there)
    if (version !== PROTOCOL_VERSION) return otherVersion(version, difference)
    if (difference !== undefined) return `has another recipe and is left alone; ${difference}`
    return theirSeal === seal ? undefined : otherGeneration(seal, theirSeal)
  })
}

/** A recipe with what it leaves unsaid, and without what is no other peer's affair. */
function compared(recipe: RecipeDocument): RecipeDocument {
  return withoutPaths(withLaterDefaults(recipe))
}

/** The message, and whether it has hashes in place of what would make it too long. */
function recipeMessage(
  recipe: RecipeDocument,
  seal: string | undefined,
): { readonly message: Message; readonly isBrief: boolean } {
  const messageOf = (recipe: RecipeDocument): Message => ({
    type: 'recipe',
    recipe: { ...recipe, [PROTOCOL_FIELD]: PROTOCOL_VERSION, ...(seal !== undefined && { [SEAL_FIELD]: seal }) },
  })
  const whole = messageOf(recipe)
  if (Buffer.byteLength(JSON.stringify(whole)) <= MAX_CONTROL_BYTES) return { message: whole, isBrief: false }
  return { message: messageOf(withHashes(recipe)), isBrief: true }
}

/** The fields that may be of any size: a table has thousands of columns, an alphabet or a set of classes thousands of names. */
const LARGE_FIELDS: readonly (readonly [room: string, field: string])[] = [
  ['data', 'table'],
  ['model', 'classNames'],
]

/** The recipe with hashes in place of its large fields, of those too that are hashes already: as they are. */
function withHashes(recipe: RecipeDocument): RecipeDocument {
  let document = recipe
  for (const [room, field] of LARGE_FIELDS) {
    const value = fieldOf(document, room, field)
    if (value === undefined || isHash(value)) continue
    const sha256 = createHash('sha256').update(canonicalJson(value)).digest('hex')
    document = { ...document, [room]: { ...(document[room] as RecipeDocument), [field]: { sha256 } } }
  }
  return document
}

function fieldOf(recipe: RecipeDocument, room: string, field: string): unknown {
  const fields = recipe[room]
  return isDocument(fields) ? fields[field] : undefined
}

const isHash = (value: unknown) => isDocument(value) && Object.keys(value).join() === 'sha256'

/** The mismatch of peers whose generations went on from other seals. A seal is undefined in the first generation. */
function otherGeneration(ours: string | undefined, theirs: string | undefined): string {
  const named = (seal: string) => `${seal.slice(0, SHOWN_SEAL)}…`
  if (theirs === undefined) {
    return `has the same recipe, but has not gone on from the seal ${named(ours as string)} as this peer has: it joins with that seal in its --state, and --more`
  }
  if (ours === undefined) {
    return `has the same recipe, but has gone on from the seal ${named(theirs)}: this peer joins with that seal in its --state, and --more`
  }
  return `has gone on from the seal ${named(theirs)}, this peer from ${named(ours)}: these are two swarms now`
}

/** @param difference of the recipes: peers that are not to learn together need no upgrade */
function otherVersion(version: number, difference: string | undefined): string {
  const outdated = version < PROTOCOL_VERSION ? 'there' : 'here'
  const alsoDiffers = difference === undefined ? '' : `; its recipe differs too: ${difference}`
  return (
    `speaks version ${version} of hearsay's protocol, this peer version ${PROTOCOL_VERSION}: ` +
    `upgrade hearsay ${outdated}${alsoDiffers}`
  )
}
