import type { Connection, Libp2p, PeerId as Libp2pPeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions, PeerId } from '../gossip/ports.ts'
import { abortable } from './abortable.ts'
import { withoutPeer } from './address-dials.ts'
import { DIAL_TIMEOUT_MS } from './constants.ts'
import type { DialBackoff } from './dial-backoff.ts'
import { RefusedPeerError, UnreachableError } from './errors.ts'
import type { Gate } from './gate/gate.ts'
import { obstacleOf } from './obstacles.ts'

/** Dials peers, of which it remembers who cannot be reached. */
export interface Dialler {
  /**
   * A connection to a peer of which it is known what the peer is. All that ask at the same time get the same one, and a dial goes on when
   * those that asked have given up: what comes of it is worth knowing.
   *
   * @param at addresses. Default: those that are known
   * @throws UnreachableError at once where the peer was dialled in vain a moment ago
   */
  dial(peer: Libp2pPeerId, options: AbortOptions & { readonly at?: readonly Multiaddr[] }): Promise<Connection>
}

export function createDialler(
  node: Libp2p,
  gate: Pick<Gate, 'standing' | 'connectionTo'>,
  backoff: DialBackoff,
  stopping: AbortOptions,
): Dialler {
  const dialling = new Map<PeerId, Promise<Connection>>()

  async function known(id: Libp2pPeerId): Promise<readonly Multiaddr[]> {
    if (!(await node.peerStore.has(id))) return []
    return (await node.peerStore.get(id)).addresses.map(({ multiaddr }) => multiaddr)
  }

  async function attempt(id: Libp2pPeerId, at: readonly Multiaddr[] | undefined): Promise<Connection> {
    const peer = id.toString()
    backoff.dialled(peer, (at ?? (await known(id))).map(withoutPeer))
    try {
      const within = AbortSignal.any([stopping.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
      const connection = await node.dial(at === undefined ? id : [...at], { signal: within })
      await gate.standing(connection)
      return connection
    } catch (cause) {
      // It has dialled this peer meanwhile.
      const connection = gate.connectionTo(peer)
      if (connection !== undefined) return connection
      stopping.signal.throwIfAborted()
      // Of refusals the gate knows, and whoever refuses can be reached.
      if (cause instanceof RefusedPeerError) throw cause
      const { obstacle, reason } = obstacleOf(cause)
      backoff.failed(peer, obstacle, reason)
      throw new UnreachableError(reason, { cause })
    }
  }

  return {
    async dial(id, { signal, at }) {
      const peer = id.toString()
      if (at !== undefined) backoff.offered(peer, at.map(withoutPeer))
      let task = dialling.get(peer)
      if (task === undefined) {
        const reason = node.getConnections(id).length > 0 ? undefined : backoff.reasonToWait(peer)
        if (reason !== undefined) throw new UnreachableError(reason)
        task = attempt(id, at).finally(() => dialling.delete(peer))
        // Whoever asked may have given up.
        task.catch(() => {})
        dialling.set(peer, task)
      }
      return await abortable(task, signal)
    },
  }
}
