/**
 * Where members were reached. A peer that has nobody's address any more, because all that it was told to connect to have moved, finds its
 * swarm by them.
 *
 * @packageDocumentation
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, Libp2p } from '@libp2p/interface'
import type { AbortOptions, Contact, PeerId } from '../gossip/ports.ts'
import type { Random } from '../random/random.ts'
import { parsePeer } from './address-book.ts'
import { addressesOf } from './addresses.ts'
import {
  CONTACT_SPREAD_MS,
  CONTACT_TRIES,
  DIAL_TIMEOUT_MS,
  MAX_CONTACT_ADDRESSES,
  MAX_CONTACTS,
  REDIAL_FIRST_MS,
  REDIAL_MAX_MS,
} from './constants.ts'
import type { Gate } from './gate/gate.ts'
import { hostOf } from './hosts.ts'

export interface Contacts {
  /** A member says where it can be dialled, while a connection to it stands. */
  met(connection: Connection, addresses: readonly string[]): void
}

/**
 * Keeps the newest of them.
 *
 * @param known the newest first
 * @param keep is given all, the newest first, whenever that is news
 */
export function createContacts(known: readonly Contact[], keep: (contacts: readonly Contact[]) => void): Contacts {
  /** The newest last. */
  const contacts = new Map(
    known
      .slice(0, MAX_CONTACTS)
      .reverse()
      .map(({ peer, addresses }) => [peer, addresses]),
  )
  /** What led to what is kept: members say the same again and again. */
  const heard = new Map<PeerId, string>()

  function forgetOldest(): void {
    const [oldest] = contacts.keys()
    if (contacts.size <= MAX_CONTACTS || oldest === undefined) return
    contacts.delete(oldest)
    heard.delete(oldest)
  }

  return {
    met(connection, addresses) {
      const peer = connection.remotePeer.toString()
      const text = `${connection.id} ${addresses.join()}`
      if (heard.get(peer) === text) return
      heard.set(peer, text)
      const good = [...new Set([...reachedAt(connection, addresses), ...(contacts.get(peer) ?? [])])]
      if (good.length === 0) return
      contacts.delete(peer)
      contacts.set(peer, good.slice(0, MAX_CONTACT_ADDRESSES))
      forgetOldest()
      keep([...contacts].reverse().map(([peer, addresses]) => ({ peer, addresses })))
    },
  }
}

/**
 * The addresses over which a connection to a member stands: that at which it was dialled, and those on the same host that it has announced.
 * One that has dialled comes from a port at which nobody listens.
 */
function reachedAt(connection: Connection, announced: readonly string[]): readonly string[] {
  const host = hostOf(connection.remoteAddr)
  const peer = connection.remotePeer.toString()
  const onHost = addressesOf(peer, announced).filter(address => host !== undefined && hostOf(address) === host)
  const dialled = connection.direction === 'outbound' ? addressesOf(peer, [connection.remoteAddr.toString()]) : []
  return [...dialled, ...onHost].map(String)
}

/**
 * Dials members where they were reached before, each until it is connected; once others are, a stated number of times. Ends when the signal is
 * aborted; never rejects.
 *
 * @param retry a signal that is aborted when it is time to try again at once, whatever failed before
 */
export async function findContacts(
  node: Libp2p,
  gate: Pick<Gate, 'connectionTo' | 'members' | 'standing'>,
  contacts: readonly Contact[],
  random: Random,
  { signal, retry }: AbortOptions & { readonly retry: () => AbortSignal },
): Promise<void> {
  async function find({ peer, addresses }: Contact): Promise<void> {
    const places = parsePeer(peer) === undefined ? [] : addressesOf(peer, addresses)
    let delay = random.uniform() * contacts.length * CONTACT_SPREAD_MS
    for (let tries = 0; places.length > 0; tries++) {
      await sleep(delay, undefined, { signal: AbortSignal.any([signal, retry()]), ref: false }).catch(() => {})
      if (signal.aborted || gate.connectionTo(peer) !== undefined) return
      if (tries >= CONTACT_TRIES && gate.members().length > 0) return
      try {
        const within = AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
        const place = places[tries % places.length]
        if (place !== undefined) await gate.standing(await node.dial(place, { signal: within }))
      } catch {
        // It has moved, or is not there yet.
      }
      delay = Math.min(REDIAL_FIRST_MS * 2 ** tries, REDIAL_MAX_MS) * (0.5 + random.uniform() / 2)
    }
  }
  await Promise.all(contacts.slice(0, MAX_CONTACTS).map(find))
}
