/**
 * Who may join beside a peer, and what it can give them so that they can.
 *
 * @packageDocumentation
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer, Recipe } from '../../../src/index.ts'
import { founderFolder } from '../../founder-folder.ts'
import { OPEN } from '../../names.ts'
import { BEARER_LASTS_MS, dateAndTime } from '../../until.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { Entry } from './joining.ts'

/** An invitation that is printed again and again is a new one after so long, so that none that is printed is about to end. */
const RENEWED_MS = 24 * 3_600_000

/** Who may be a member, in a few words: said at every start. */
export function describeMembership({ security }: Recipe, { isFounder, until }: Peer['membership']): string {
  switch (security.membership) {
    case 'open':
      return OPEN
    case 'key':
      return 'key: only those who have the key that the members share may join'
    case 'invited': {
      const founder = isFounder ? 'this peer, the founder,' : 'the founder'
      const inviters = security.guestsInvite === true ? `${founder} or a guest` : founder
      const own = until === undefined ? '' : `; this peer itself until ${dateAndTime(until)}`
      return `invited: only those may join whom ${inviters} has invited${own}`
    }
  }
}

/**
 * What lets others in beside a peer.
 *
 * @param keyFile the file of the key, where it was given by one
 */
export async function entryOf(peer: Peer, keyFile: string | undefined): Promise<() => Entry> {
  const { kind, mayInvite } = peer.membership
  if (kind === 'open') return () => ({ kind })
  if (kind === 'key') return () => ({ kind, file: keyFile })
  if (mayInvite) return await standingInvitation(peer)
  const { founder = '' } = peer.recipe.security
  return () => ({ kind: 'asking', founder })
}

/** The invitation of the lines that a peer prints: one for all of them, as long as it is fresh. */
async function standingInvitation(peer: Peer): Promise<() => Entry> {
  let made = await invite()
  let renewing = false

  async function invite(): Promise<Entry & { readonly kind: 'invitation'; readonly at: number }> {
    const at = Date.now()
    const until = Math.min(at + BEARER_LASTS_MS, peer.membership.until ?? Number.POSITIVE_INFINITY)
    return { kind: 'invitation', text: await peer.invite({ until }), until, at }
  }

  async function renew(): Promise<void> {
    renewing = true
    try {
      made = await invite()
    } catch {
      // It may have been revoked meanwhile, or have ended; then others let in neither it nor its guests.
    } finally {
      renewing = false
    }
  }

  return () => {
    if (!renewing && Date.now() - made.at > RENEWED_MS) void renew()
    return made
  }
}

/** Adds where the founder's identity lies to the error of a peer that is not let in, where `hearsay init` made it beside the recipe. */
export function hintAtFounder(error: unknown, { security }: Recipe, file: string | undefined): unknown {
  if (!(error instanceof Error && error.name === 'MembershipError')) return error
  if (file === undefined || security.membership !== 'invited') return error
  const folder = founderFolder(file)
  if (!existsSync(join(folder, 'identity'))) return error
  return new WrongUsage(`${error.message}; if you are the founder, start with --state ${folder}`)
}
