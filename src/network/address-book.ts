import type { Libp2p, PeerId as Libp2pPeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { MAX_ADDRESSES } from '../gossip/membership/constants.ts'
import type { PeerId } from '../gossip/ports.ts'
import { withoutPeer } from './address-dials.ts'
import { dialableAddresses } from './addresses.ts'
import type { DialBackoff } from './dial-backoff.ts'
import { reasonOf } from './errors.ts'
import type { OwnAddresses } from './own-addresses.ts'

/** Where peers can be dialled, as they say. */
export interface AddressBook {
  /** Remembers addresses of a peer. Malformed ones are ignored, and such as lead to this peer itself. */
  learn(peer: PeerId, addresses: readonly string[]): void
  /** Forgets what was learned of a peer that is not connected. */
  forget(peer: PeerId): void
  /** Whether anything was learned of a peer. */
  knows(peer: PeerId): boolean
  /** Resolves when what was learned of a peer is known to libp2p. */
  settled(peer: PeerId): Promise<void>
}

export function createAddressBook(
  node: Libp2p,
  own: Pick<OwnAddresses, 'includes'>,
  { offered }: Pick<DialBackoff, 'offered'>,
  warn: (message: string) => void,
): AddressBook {
  const learned = new Map<PeerId, string>()
  const learning = new Map<PeerId, Promise<void>>()

  /** The newest addresses first; older ones fall off the end. */
  async function remember(peer: Libp2pPeerId, fresh: readonly Multiaddr[]): Promise<void> {
    const known = (await node.peerStore.has(peer)) ? (await node.peerStore.get(peer)).addresses : []
    const byText = new Map([...fresh, ...known.map(address => address.multiaddr)].map(each => [each.toString(), each]))
    await node.peerStore.patch(peer, { multiaddrs: [...byText.values()].slice(0, MAX_ADDRESSES) })
  }

  /** One thing after another for each peer. */
  function then(peer: PeerId, action: () => Promise<void>, what: string): void {
    const task = (learning.get(peer) ?? Promise.resolve())
      .then(action)
      .catch(error => warn(`cannot ${what} the addresses of ${peer}: ${reasonOf(error)}`))
      .finally(() => {
        if (learning.get(peer) === task) learning.delete(peer)
      })
    learning.set(peer, task)
  }

  return {
    learn(peer, addresses) {
      // Peers say where they are with every announcement, and it is nearly always what they said before.
      const text = addresses.join()
      if (learned.get(peer) === text) return
      const fresh = dialableAddresses(peer, addresses).filter(address => !own.includes(address))
      const id = parsePeer(peer)
      if (id === undefined || id.equals(node.peerId) || fresh.length === 0) return
      learned.set(peer, text)
      then(peer, () => remember(id, fresh), 'remember')
      offered(peer, fresh.map(withoutPeer))
    },
    forget(peer) {
      const id = parsePeer(peer)
      if (!learned.delete(peer) || id === undefined) return
      const isBack = () => learned.has(peer) || node.getConnections(id).length > 0
      then(peer, async () => (isBack() ? undefined : await node.peerStore.delete(id)), 'forget')
    },
    knows: peer => learned.has(peer),
    settled: async peer => learning.get(peer),
  }
}

/** The peer id as libp2p has it, where the text is one. */
export function parsePeer(peer: PeerId): Libp2pPeerId | undefined {
  try {
    return peerIdFromString(peer)
  } catch {
    return undefined
  }
}
