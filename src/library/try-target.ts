/**
 * Tries the way to a peer stage by stage, as a peer of a swarm would go it.
 *
 * @packageDocumentation
 */

import type { Admission } from '../admission/admission.ts'
import { UsageError } from '../errors.ts'
import { parseAddress } from '../network/addresses.ts'
import { meetStages } from '../network/diagnosis/meet.ts'
import { tryName, tryPort, tryRoute } from '../network/diagnosis/reach.ts'
import type { Stage } from '../network/diagnosis/stages.ts'
import { createIdentity } from '../network/identity.ts'
import { createNames, type Names } from '../network/names.ts'
import { defaultRecipe, type RecipeInput } from '../recipe/recipe.ts'
import { membershipFiles } from '../storage/membership-files.ts'
import { openStateDirectory } from '../storage/state-directory.ts'
import { MembershipError, membershipOf } from './membership.ts'
import type { PeerOptions } from './peer.ts'
import { type PreparedRecipe, prepareRecipe } from './prepared-recipe.ts'

/** A peer to be tried, and what this one would come with. */
export interface TryTargetOptions {
  /** A multiaddr, as of `network.connect` of `createPeer`. */
  readonly address: string
  /** Default: the one that is built in. */
  readonly recipe?: RecipeInput
  /** An invitation or a key, where the recipe asks for one. Default: that of the state. */
  readonly invitation?: string
  /** The folder of the peer as which it is tried, which must not run meanwhile. Default: a new peer, as anybody's. */
  readonly state?: string
  /** What names stand for. Default: what the system says */
  readonly names?: Names
  readonly signal?: AbortSignal
}

/**
 * Tries to reach a peer, and tells of each stage when it is over; ends where one fails without which the next cannot be tried. The swarm notices nothing of
 * it.
 *
 * @throws UsageError where the address, the recipe or the state cannot be
 */
export async function* tryTarget(options: TryTargetOptions): AsyncGenerator<Stage> {
  const { names = createNames(), signal = new AbortController().signal } = options
  const address = parseAddress(options.address, 'connect')
  const prepared = await prepareRecipe(options.recipe ?? defaultRecipe)
  const own = await ownOf(options, prepared)
  try {
    const name = await tryName(address, names, { signal })
    yield name.stage
    if (name.addresses.length === 0) return
    const route = await tryRoute(name.addresses)
    yield route.stage
    if (route.addresses.length === 0) return
    const port = await tryPort(route.addresses, { signal })
    yield port.stage
    if (port.addresses.length === 0) return
    const { identity, admission } = own
    yield* meetStages(port.addresses, { recipe: prepared.hash, identity, admission }, { signal })
  } finally {
    await own.release()
  }
}

/** As whom it is tried. The state is taken, because two of one peer id would drive each other out, and nothing in it is changed. */
async function ownOf({ state, invitation }: TryTargetOptions, prepared: PreparedRecipe) {
  const files = state === undefined ? undefined : membershipFiles(state)
  const kept = await files?.identity()
  if (state !== undefined && kept === undefined)
    throw new UsageError(`--state ${state} has no identity: it is no state of a peer`)
  const directory = state === undefined ? undefined : await openStateDirectory(state)
  const release = async () => await directory?.release()
  try {
    const identity = kept ?? (await createIdentity())
    const given = { identity: kept, invitation: invitation ?? (await files?.pass()) }
    return { identity, admission: await admissionOf(given, identity, prepared), release }
  } catch (error) {
    await release()
    throw error
  }
}

/** What it proves; or why there is nothing that it could. */
async function admissionOf(
  { identity: lasting, invitation }: Pick<PeerOptions, 'identity' | 'invitation'>,
  identity: Uint8Array,
  prepared: PreparedRecipe,
): Promise<Admission | string> {
  // With an open recipe nothing is given, and what a state keeps is no mistake.
  const given = prepared.recipe.security.membership === 'open' ? {} : { invitation }
  try {
    return (await membershipOf({ identity: lasting, ...given }, prepared, identity, undefined)).admission
  } catch (error) {
    if (!(error instanceof MembershipError)) throw error
    return error.message
  }
}
