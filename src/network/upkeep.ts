import type { PeerInfo } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { AbortOptions, Contact, Network, PeerId } from '../gossip/ports.ts'
import type { Random } from '../random/random.ts'
import type { AddressBook } from './address-book.ts'
import { addressesOf } from './addresses.ts'
import { DIAL_TIMEOUT_MS } from './constants.ts'
import { createContacts, findContacts } from './contacts.ts'
import type { Gate } from './gate/gate.ts'
import { createInterfaceWatch, type InterfaceWatch } from './interfaces.ts'
import { type Liveness, watchLiveness } from './liveness.ts'
import type { SwarmNode } from './node.ts'

/** What keeps a peer in touch with members that it has met, wherever they and it move. */
export interface Upkeep {
  /** Begins, once the node has started. @param moved hears that the addresses of this peer have changed */
  start(moved: () => void): void
  /** A member has said where it is. */
  readonly learn: Network['learn']
  /** What hears of peers that were found on the local network, each time; whoever is connected may have moved. */
  found(dial: (peer: PeerInfo) => void): (peer: PeerInfo) => void
  /** A signal that is aborted when this peer's addresses change: what could not be reached before may be reached now. */
  retry(): AbortSignal
}

export interface UpkeepOptions {
  readonly gate: Pick<Gate, 'connections' | 'connectionTo' | 'members' | 'refusals' | 'standing'>
  readonly book: Pick<AddressBook, 'learn' | 'settled'>
  readonly random: Random
  /** Tells of changes of this machine's addresses. Default: asks the system. */
  readonly interfaces?: Pick<InterfaceWatch, 'whenChanged'>
  /** Where members were reached in an earlier run, the newest first: they are dialled at the start. Default: none were. */
  readonly contacts?: readonly Contact[]
  /** Is given where members were reached, the newest first, whenever that has changed. Default: nobody keeps it. */
  keepContacts?(contacts: readonly Contact[]): void
}

/** @param signal ends it */
export function createUpkeep(
  { libp2p, meter }: Pick<SwarmNode, 'libp2p' | 'meter'>,
  options: UpkeepOptions,
  { signal }: AbortOptions,
): Upkeep {
  const { gate, book, random, interfaces = createInterfaceWatch(), contacts: known = [], keepContacts } = options
  const contacts = keepContacts && createContacts(known, keepContacts)
  let liveness: Liveness | undefined
  let retry = new AbortController()

  async function dial(peer: PeerId, { at, signal }: AbortOptions & { readonly at?: readonly string[] }): Promise<void> {
    await book.settled(peer)
    const within = AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
    const target = at === undefined ? peerIdFromString(peer) : addressesOf(peer, at)
    await libp2p.dial(target, { force: true, signal: within })
  }

  return {
    start(moved) {
      liveness = watchLiveness({ gate, bytesIn: meter.bytesIn, dial, random }, { signal })
      const end = interfaces.whenChanged(() => {
        retry.abort()
        retry = new AbortController()
        liveness?.moved()
        moved()
      })
      if (signal.aborted) end()
      signal.addEventListener('abort', end, { once: true })
      void findContacts(libp2p, gate, known, random, { signal, retry: () => retry.signal })
    },
    learn(peer, addresses) {
      book.learn(peer, addresses)
      const connection = gate.connectionTo(peer)
      if (connection !== undefined) contacts?.met(connection, addresses)
      void liveness?.told(peer, 'itself', addresses)
    },
    found: dialFound => async peer => {
      await liveness?.told(peer.id.toString(), 'discovery', peer.multiaddrs.map(String))
      dialFound(peer)
    },
    retry: () => retry.signal,
  }
}
