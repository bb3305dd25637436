/**
 * Which addresses come first: of this peer's own before they are cut to as many as a peer may announce, and of another peer before they are
 * dialled one after the other.
 *
 * @packageDocumentation
 */

import { BlockList, isIPv4 } from 'node:net'
import type { Multiaddr } from '@multiformats/multiaddr'
import { ipOf, isLocalIp } from './hosts.ts'
import type { InterfaceAddress } from './interfaces.ts'

/** One address of this machine. */
export type LocalAddress = Pick<InterfaceAddress, 'name' | 'address' | 'prefix'>

/** This machine as it stands in its networks. */
export interface Surroundings {
  readonly interfaces: readonly LocalAddress[]
  /** IPs of this machine from which it reaches the world: those of its default routes. */
  readonly routed: ReadonlySet<string>
  /** IPs of this machine over which connections to members stand. */
  readonly inUse: ReadonlySet<string>
}

/** The addresses of this peer, by how they are known. */
export interface OwnAddresses {
  /** Those that a person has given. */
  readonly announced: readonly Multiaddr[]
  /** Those that a router has said it opened. */
  readonly mapped: readonly Multiaddr[]
  /** Those at which others have seen this peer. */
  readonly observed: readonly Multiaddr[]
  /** Those on which it listens. */
  readonly listened: readonly Multiaddr[]
}

/** Interfaces by which a machine reaches its own containers and virtual machines, and nobody else reaches it. */
const BRIDGE = /^(docker|br-|veth|virbr|vnet|cni|flannel|cali|podman|lxcbr|lxdbr|vmnet|vboxnet)/

/** The network of Docker's bridge where nobody has chosen another: the same addresses on every machine that has it. */
const bridged = blockList(['172.17.0.0', 16])
const loopback = blockList(['127.0.0.0', 8], ['::1', 128])
const unspecified = blockList(['0.0.0.0', 8], ['::', 128])
const linkLocal = blockList(['169.254.0.0', 16], ['fe80::', 10])

const LEAST = { bridge: 10, linkLocal: 11, loopback: 12 } as const

/** This peer's addresses, those first by which others reach it most likely, each once. */
export function orderOwn(
  { announced, mapped, observed, listened }: OwnAddresses,
  surroundings: Surroundings,
): Multiaddr[] {
  const { interfaces, inUse } = surroundings
  const routes = new Set(interfaces.filter(({ address }) => surroundings.routed.has(address)).map(({ name }) => name))

  function rankOf(address: Multiaddr): number {
    const ip = ipOf(address)
    // A name that a person has bound it to.
    if (ip === undefined) return 2
    if (includes(loopback, ip)) return LEAST.loopback
    if (inUse.has(ip)) return 0
    if (includes(linkLocal, ip)) return LEAST.linkLocal
    const { name = '' } = interfaces.find(each => each.address === ip) ?? {}
    // Before bridges: a router's own network, and all that a container has, are bridges by their names or numbers.
    if (routes.has(name)) return 2
    return isBridged(ip, name) ? LEAST.bridge : 3
  }

  const ranked = [
    ...[...announced, ...mapped].map(address => ({ address, rank: -1 })),
    ...listened.map(address => ({ address, rank: rankOf(address) })),
    ...observed.map(address => ({ address, rank: 1 })),
  ].sort((a, b) => a.rank - b.rank)
  const byText = new Map(ranked.map(({ address }) => [address.toString(), address]))
  return [...byText.values()]
}

/**
 * Where an address of another peer stands among those that are dialled one after the other, the smallest first: what needs no router answers
 * at once or never, a public address means the same machine to everybody, and one of a private network often another or none.
 */
export function dialRank(address: Multiaddr, { interfaces }: Pick<Surroundings, 'interfaces'>): number {
  const ip = ipOf(address)
  // Names are made for those who are elsewhere.
  if (ip === undefined) return 1
  if (includes(loopback, ip)) return LEAST.loopback
  if (includes(linkLocal, ip)) return LEAST.linkLocal
  const near = interfaces.filter(each => isIPv4(each.address) === isIPv4(ip) && shareNetwork(each, ip))
  const own = near.find(each => each.address === ip)
  // Every machine with that bridge has this address, and here it leads to this one.
  if (own !== undefined) return isBridged(ip, own.name) ? LEAST.bridge : 0
  if (near.some(({ name }) => !isBridged(ip, name))) return 0
  if (!isLocalIp(ip)) return 1
  return near.length > 0 ? 2 : 3
}

/** Whether an IP can be another machine's: not this machine's own, nor one of this link alone, nor none. */
export function isReachableIp(ip: string): boolean {
  return !includes(loopback, ip) && !includes(linkLocal, ip) && !includes(unspecified, ip)
}

function isBridged(ip: string, name: string): boolean {
  return BRIDGE.test(name) || includes(bridged, ip)
}

function shareNetwork({ address, prefix }: LocalAddress, ip: string): boolean {
  return includes(blockList([address, prefix]), ip)
}

function blockList(...subnets: readonly (readonly [network: string, prefix: number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, familyOf(network))
  return list
}

function includes(list: BlockList, ip: string): boolean {
  return list.check(ip, familyOf(ip))
}

function familyOf(ip: string): 'ipv4' | 'ipv6' {
  return isIPv4(ip) ? 'ipv4' : 'ipv6'
}
