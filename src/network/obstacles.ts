import type { Obstacle } from '../gossip/ports.ts'
import { ADDRESS_DIAL_TIMEOUT_MS } from './constants.ts'
import { reasonOf } from './errors.ts'

const BY_CODE: Readonly<Record<string, Obstacle>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'silent',
  EHOSTUNREACH: 'unroutable',
  ENETUNREACH: 'unroutable',
  EADDRNOTAVAIL: 'unroutable',
}

const BY_NAME: Readonly<Record<string, Obstacle>> = {
  AbortError: 'silent',
  TimeoutError: 'silent',
  UnexpectedPeerError: 'impostor',
  NoValidAddressesError: 'unknown',
  DialDeniedError: 'unknown',
}

const WORDS: Readonly<Record<Exclude<Obstacle, 'failed'>, string>> = {
  silent: `nothing answers within ${ADDRESS_DIAL_TIMEOUT_MS / 1000} s`,
  refused: 'nothing listens there',
  unroutable: 'no way leads there',
  impostor: 'another peer answers there',
  unknown: 'it has announced no address that can be dialled',
}

/** What to do about an address that was dialled in vain. Of what fails otherwise nobody knows. */
const REMEDIES: Readonly<Partial<Record<Obstacle, string>>> = {
  silent:
    'a firewall or a router may be in between, or another program has the port: open the TCP port of --listen there, or let that peer connect to this one',
  refused: 'is a peer running there, and is that the port of its --listen?',
  unroutable:
    'is this machine on a network, does that address belong to one that it reaches, and does no firewall refuse it?',
  impostor: 'take the address that the peer prints now',
}

const OTHER_PROGRAM = 'another program has this port: take the address that the peer prints now'

/** Why an address was dialled in vain, and what to do about it, for people, on one line. */
export function whyInVain(error: unknown): string {
  const { obstacle, reason } = obstacleOf(error)
  const remedy = reason.includes('no libp2p') ? OTHER_PROGRAM : REMEDIES[obstacle]
  return remedy === undefined ? reason : `${reason}; ${remedy}`
}

/** What stands between this peer and one that was dialled in vain, with its reason for people, on one line. */
export function obstacleOf(error: unknown): { readonly obstacle: Obstacle; readonly reason: string } {
  const obstacle = kindOf(first(error))
  if (obstacle === 'failed') return { obstacle, reason: reasonOf(error) }
  // Of what was not said there is nothing to quote, and what noise says is two long keys.
  if (obstacle === 'silent' || obstacle === 'unknown' || obstacle === 'impostor')
    return { obstacle, reason: WORDS[obstacle] }
  return { obstacle, reason: `${WORDS[obstacle]} (${reasonOf(error)})` }
}

/** Whether a dial has come back to the peer that dialled. libp2p has two errors for it, and a name for neither. */
export function leadsHere(error: unknown): boolean {
  return error instanceof Error && /dial self/.test(error.message)
}

/** Of the address that was the most likely. */
function first(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? first(error.errors[0]) : error
}

function kindOf(error: unknown): Obstacle {
  if (!(error instanceof Error)) return 'failed'
  // noise has no name for it.
  if (/does not match expected remote identity/.test(error.message)) return 'impostor'
  const { name, code, cause } = error as { name: string; code?: unknown; cause?: unknown }
  const known = BY_CODE[String(code)] ?? BY_NAME[name]
  return known ?? (cause === undefined ? 'failed' : kindOf(cause))
}
