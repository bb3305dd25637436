import type { Connection, Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions, PeerId, TriedAddress } from '../gossip/ports.ts'
import type { Random } from '../random/random.ts'
import { peerIn } from './addresses.ts'
import { UnreachableError } from './errors.ts'
import type { Gate } from './gate/gate.ts'
import { hasName, type Names, resolveAddress } from './names.ts'
import { whyInVain } from './obstacles.ts'

/** The addresses that a person gave, each with what became of it. */
export interface GivenAddresses {
  /**
   * Dials an address that a person gave, by what its name stands for now. Where that is several peers, one after the other in any order, until one of them is a
   * member: who refuses this peer, or was refused, is left out for a while.
   */
  dial(address: Multiaddr, options: AbortOptions): Promise<Connection>
  /** The addresses, each with how it went the last time. */
  tried(): readonly TriedAddress[]
}

export interface GivenAddressesOptions {
  /** The addresses that a person gave. */
  readonly connect: readonly Multiaddr[]
  readonly node: Pick<Libp2p, 'dial' | 'peerId'>
  readonly gate: Pick<Gate, 'standing' | 'connectionTo' | 'refusals'>
  readonly names: Names
  readonly random: Random
}

export function createGivenAddresses({ connect, node, gate, names, random }: GivenAddressesOptions): GivenAddresses {
  const self = node.peerId.toString()
  const outcomes = new Map<string, TriedAddress>()

  async function dialAny(list: ReadonlyMap<PeerId, readonly Multiaddr[]>, options: AbortOptions): Promise<Connection> {
    const errors: Error[] = []
    let acquainted: Connection | undefined
    for (const peer of random.shuffle([...list.keys()])) {
      const refusal = gate.refusals.get(peer)
      const known = gate.connectionTo(peer)
      if (known !== undefined) return known
      if (refusal !== undefined || gate.refusals.has(peer)) {
        errors.push(refusal ?? new UnreachableError('a peer of it is in another swarm'))
        continue
      }
      try {
        const connection = await node.dial([...(list.get(peer) ?? [])], options)
        if ((await gate.standing(connection)) === 'admitted') return connection
        acquainted = connection
      } catch (error) {
        options.signal.throwIfAborted()
        errors.push(error as Error)
      }
    }
    if (acquainted !== undefined) return acquainted
    if (errors.length === 0) throw new UnreachableError('it lists no other peer than this one')
    throw errors.length === 1 ? errors[0] : new AggregateError(errors)
  }

  async function dial(address: Multiaddr, options: AbortOptions): Promise<Connection> {
    const addresses = hasName(address) ? await resolveAddress(address, names, options) : [address]
    const byPeer = Map.groupBy(addresses, peerIn)
    // Whoever answers there.
    const anybody = byPeer.get(undefined)
    if (anybody !== undefined && byPeer.size === 1) return await node.dial(anybody, options)
    const peers = new Map([...byPeer].filter((entry): entry is [string, Multiaddr[]] => entry[0] !== undefined))
    if (peers.size === 1 && peerIn(address) !== undefined) return await node.dial([...addresses], options)
    peers.delete(self)
    return await dialAny(peers, options)
  }

  return {
    async dial(address, options) {
      const tell = (outcome: string, reached: boolean) =>
        outcomes.set(address.toString(), { address: address.toString(), outcome, reached })
      try {
        const connection = await dial(address, options)
        const standing = await gate.standing(connection)
        tell(
          standing === 'admitted' ? 'a member answered' : 'a peer of another recipe answered',
          standing === 'admitted',
        )
        return connection
      } catch (error) {
        tell(whyInVain(error), false)
        throw error
      }
    },
    tried: () =>
      connect
        .map(String)
        .map(address => outcomes.get(address) ?? { address, outcome: 'no answer yet', reached: false }),
  }
}
