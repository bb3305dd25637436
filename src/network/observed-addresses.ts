import type { Multiaddr } from '@multiformats/multiaddr'
import { multiaddr } from '@multiformats/multiaddr'
import { isReachableIp } from './address-order.ts'
import { MAX_OBSERVED_ADDRESSES, OBSERVERS } from './constants.ts'
import { hostOf, ipOf } from './hosts.ts'

/** What a member says of where it sees this peer, at the other end of a connection. */
export interface Sighting {
  /** The address of the member. */
  readonly from: Multiaddr
  /** Where it sees this peer. */
  readonly at: Multiaddr
  /** Who has dialled: of `inbound` connections the address is one that has led here. */
  readonly direction: 'inbound' | 'outbound'
}

/**
 * The addresses at which members on several machines see this peer, those that most see first, besides those on which it listens.
 *
 * Of a connection that this peer has dialled only the IP says anything: its port is one that a router made up for that connection alone. Who
 * has an address of its own behind a router is reached there at the port on which it listens. A port counts where several saw the same.
 *
 * Members can lie, two of them together: then others dial an address that is somebody else's, now and then, and find that it is.
 */
export function agreedAddresses(sightings: readonly Sighting[], listened: readonly Multiaddr[]): Multiaddr[] {
  const own = new Set(listened.map(String))
  const ownIps = new Set(listened.map(ipOf))
  const observers = new Map<string, Set<string>>()
  for (const { from, at, direction } of sightings) {
    const [host, ip] = [hostOf(from), ipOf(at)]
    if (host === undefined || ip === undefined || !isReachableIp(ip) || ownIps.has(ip)) continue
    const candidates = direction === 'inbound' ? [bare(at)] : [bare(at), ...listened.flatMap(each => moved(each, at))]
    for (const candidate of new Set(candidates)) {
      if (own.has(candidate)) continue
      const seen = observers.get(candidate) ?? new Set()
      observers.set(candidate, seen.add(host))
    }
  }
  return [...observers]
    .filter(([, hosts]) => hosts.size >= OBSERVERS)
    .sort(([, a], [, b]) => b.size - a.size)
    .slice(0, MAX_OBSERVED_ADDRESSES)
    .map(([address]) => multiaddr(address))
}

/** An address on which this peer listens, with the IP of another one, where both are of one family. */
function moved(listened: Multiaddr, to: Multiaddr): string[] {
  const [own, ...rest] = listened.getComponents()
  const [ip] = to.getComponents()
  if (own === undefined || ip === undefined || own.name !== ip.name) return []
  return [[ip, ...rest.filter(({ name }) => name !== 'p2p')].map(textOf).join('')]
}

function bare(address: Multiaddr): string {
  return address
    .getComponents()
    .filter(({ name }) => name !== 'p2p')
    .map(textOf)
    .join('')
}

function textOf({ name, value }: { readonly name: string; readonly value?: string }): string {
  return value === undefined ? `/${name}` : `/${name}/${value}`
}
