import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, Libp2p, PeerInfo } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions } from '../gossip/ports.ts'
import type { Random } from '../random/random.ts'
import {
  DIAL_TIMEOUT_MS,
  DISCOVERY_JITTER_MS,
  MAX_DISCOVERY_CONNECTIONS,
  REDIAL_FIRST_MS,
  REDIAL_MAX_MS,
} from './constants.ts'
import type { Dialler } from './dialler.ts'
import { RefusedPeerError } from './errors.ts'
import type { Gate } from './gate/gate.ts'
import type { GivenAddresses } from './given-addresses.ts'
import { leadsHere, whyInVain } from './obstacles.ts'

/**
 * Dials an address until somebody answers, and again when that connection ends: a person gave the address, and expects it
 * to be used when it comes up later, or comes back. Ends when the signal is aborted; never rejects.
 *
 * @param retry a signal that is aborted when it is time to try again at once, whatever failed before
 */
export async function keepConnected(
  given: Pick<GivenAddresses, 'dial'>,
  gate: Pick<Gate, 'standing'>,
  address: Multiaddr,
  random: Random,
  warn: (message: string) => void,
  { signal, retry }: AbortOptions & { readonly retry: () => AbortSignal },
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      const connection = await given.dial(address, { signal: withTimeout(signal) })
      const standing = await gate.standing(connection)
      // People are told by the core why a peer of another recipe is left alone.
      failures = standing === 'admitted' ? 0 : Math.max(2, failures + 1)
      await closed(connection, signal)
    } catch (error) {
      if (signal.aborted) return
      failures++
      // Of a refusal the gate tells: somebody is there, even where the next attempt ends before it hears why.
      if (error instanceof RefusedPeerError) failures = Math.max(2, failures)
      // The first failure may only be a machine that is busy starting others.
      else if (failures === 2 && leadsHere(error))
        warn(`${address} is this peer itself; trying again, should another come there`)
      else if (failures === 2)
        warn(`cannot connect to ${address} yet (${whyInVain(error)}); trying again until it answers`)
    }
    // Half of the delay is random: peers that lost the same neighbour do not come back all at once.
    const delay = Math.min(REDIAL_FIRST_MS * 2 ** Math.max(0, failures - 1), REDIAL_MAX_MS)
    const until = AbortSignal.any([signal, retry()])
    await sleep(delay * (0.5 + random.uniform() / 2), undefined, { signal: until }).catch(() => {})
  }
}

/** Dials peers that were found on the local network, each after a random moment, while connections are few. */
export function createDiscoveryDialler(
  node: Libp2p,
  { refusals }: Pick<Gate, 'refusals'>,
  dialler: Dialler,
  random: Random,
  { signal }: AbortOptions,
): (found: PeerInfo) => void {
  const dialling = new Set<string>()

  async function dial(peer: PeerInfo): Promise<void> {
    await sleep(random.uniform() * DISCOVERY_JITTER_MS, undefined, { signal })
    // Meanwhile it may have dialled us.
    if (node.getConnections(peer.id).length > 0) return
    await dialler.dial(peer.id, { signal, at: peer.multiaddrs.map(address => address.encapsulate(`/p2p/${peer.id}`)) })
  }

  return peer => {
    const id = peer.id.toString()
    if (dialling.has(id) || refusals.has(id) || node.getConnections(peer.id).length > 0) return
    if (dialling.size + node.getPeers().length >= MAX_DISCOVERY_CONNECTIONS) return
    dialling.add(id)
    // Discovery finds it again soon if this fails.
    dial(peer)
      .catch(() => {})
      .finally(() => dialling.delete(id))
  }
}

function withTimeout(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
}

async function closed(connection: Connection, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = () => resolve()
  connection.addEventListener('close', done)
  signal.addEventListener('abort', done)
  if (connection.status === 'open' && !signal.aborted) await promise
  connection.removeEventListener('close', done)
  signal.removeEventListener('abort', done)
}
