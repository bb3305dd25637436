import type { Multiaddr } from '@multiformats/multiaddr'
import { MAX_ADDRESSES } from '../gossip/membership/constants.ts'
import type { PeerId } from '../gossip/ports.ts'
import { withoutPeer } from './address-dials.ts'
import { dialRank, type LocalAddress, orderOwn } from './address-order.ts'
import { ROUTE_FRESH_MS } from './constants.ts'
import { routedIps } from './default-route.ts'
import { readInterfaces } from './interfaces.ts'
import { agreedAddresses, type Sighting } from './observed-addresses.ts'

/** What libp2p knows of the addresses on which its transports listen. */
export interface Listening {
  readonly transportManager: { getAddrs(): Multiaddr[] }
}

/** Where others reach this peer. */
export interface OwnAddresses {
  /**
   * Those by which it is reached most likely first, at most as many as a peer may announce. libp2p by itself leaves out public ones as long
   * as nobody has verified them.
   */
  list(): Multiaddr[]
  /** Whether an address leads to this peer itself, whoever says that it is there. */
  includes(address: Multiaddr): boolean
  /** Compares two addresses of another peer: negative where the first is to be dialled first. */
  compare(a: Multiaddr, b: Multiaddr): number
  /** The addresses on which this peer listens. */
  listened(): readonly Multiaddr[]
  /** Hears at which addresses a router hands on connections to this peer, from now on. */
  mapped(addresses: readonly Multiaddr[]): void
  /** Sees the addresses on which libp2p listens, from now on. */
  attach(listening: Listening): void
  /** Looks up the default route, on which the order depends. */
  refresh(): Promise<void>
}

export interface OwnAddressesOptions {
  readonly self: PeerId
  /** The addresses that a person has given. */
  readonly announced: readonly Multiaddr[]
  /** IPs of this machine over which connections to members stand. */
  inUse(): ReadonlySet<string>
  /** What members say of where they see this peer. */
  sightings(): readonly Sighting[]
}

export function createOwnAddresses({ self, announced, inUse, sightings }: OwnAddressesOptions): OwnAddresses {
  let listening: Listening | undefined
  let mapped: readonly Multiaddr[] = []
  let routed: ReadonlySet<string> = new Set()
  let lookedUp = Number.NEGATIVE_INFINITY
  /** Of one turn of the event loop, in which a sort may ask for them many times. */
  let interfaces: readonly LocalAddress[] | undefined

  function interfacesNow(): readonly LocalAddress[] {
    if (interfaces === undefined) {
      interfaces = readInterfaces()
      queueMicrotask(() => {
        interfaces = undefined
      })
    }
    return interfaces
  }

  const listened = () => listening?.transportManager.getAddrs() ?? []

  async function refresh(): Promise<void> {
    lookedUp = performance.now()
    routed = await routedIps()
  }

  return {
    list() {
      // For the next time: routes seldom change.
      if (performance.now() - lookedUp > ROUTE_FRESH_MS) void refresh()
      const here = listened()
      const own = { announced, mapped, observed: agreedAddresses(sightings(), here), listened: here }
      return orderOwn(own, { interfaces: interfacesNow(), routed, inUse: inUse() })
        .slice(0, MAX_ADDRESSES)
        .map(address => address.encapsulate(`/p2p/${self}`))
    },
    includes(address) {
      const own = [...announced, ...mapped, ...listened()]
      const place = withoutPeer(address)
      return own.some(each => withoutPeer(each) === place)
    },
    compare(a, b) {
      const near = { interfaces: interfacesNow() }
      return dialRank(a, near) - dialRank(b, near)
    },
    listened,
    mapped(addresses) {
      mapped = addresses
    },
    attach(components) {
      listening = components
    },
    refresh,
  }
}
