import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { Multiaddr } from '@multiformats/multiaddr'

const LOCAL_SUBNETS: readonly (readonly [network: string, prefix: number])[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
]

const local = new BlockList()
for (const [network, prefix] of LOCAL_SUBNETS) local.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** The groups of an IPv6 address that name a network, in which whoever has one address has all. */
const NETWORK_GROUPS = 4
const GROUPS = 8

/** How an IPv6 address begins that is one of IPv4. */
const EMBEDDED = '::ffff:'

/** The machine or router that an address names by its IP; of IPv6 its network of 64 bits. Undefined where it names none. */
export function hostOf(address: Multiaddr): string | undefined {
  const ip = ipOf(address)
  return ip === undefined ? undefined : hostOfIp(ip)
}

/** Who shares a share with others: those of one host. */
export function groupOf(address: Multiaddr): string {
  return hostOf(address) ?? ''
}

/** The same, of an IP address as sockets have it; one of IPv4 may be written as one of IPv6. */
export function groupOfIp(ip = ''): string {
  return hostOfIp(unembedded(ip))
}

/** An IP address as sockets have it, in its own family: one of IPv4 may be written as one of IPv6. */
export function unembedded(ip: string): string {
  const embedded = ip.startsWith(EMBEDDED) ? ip.slice(EMBEDDED.length) : ip
  return isIPv4(embedded) ? embedded : ip
}

function hostOfIp(ip: string): string {
  if (!isIPv6(ip)) return ip
  const [before, after] = ip
    .toLowerCase()
    .split('::', 2)
    .map(part => part.split(':').filter(group => group !== ''))
  const gap = after === undefined ? [] : Array<string>(Math.max(0, GROUPS - before.length - after.length)).fill('0')
  return `${[...before, ...gap, ...(after ?? [])].slice(0, NETWORK_GROUPS).join(':')}::/64`
}

/** Whether an address is of this machine or of a private network, where it can mean another machine to everybody. */
export function isLocal(address: Multiaddr): boolean {
  const ip = ipOf(address)
  return ip !== undefined && isLocalIp(ip)
}

export function isLocalIp(ip: string): boolean {
  return local.check(ip, isIPv4(ip) ? 'ipv4' : 'ipv6')
}

/** Whether an address is of this machine, for this machine only. */
export function isLoopback(address: Multiaddr): boolean {
  const ip = ipOf(address)
  return ip !== undefined && loopback.check(ip, isIPv4(ip) ? 'ipv4' : 'ipv6')
}

/** The IP address that a multiaddr names; undefined where it names none. */
export function ipOf(address: Multiaddr): string | undefined {
  const ip = address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value
  return ip !== undefined && (isIPv4(ip) || isIPv6(ip)) ? ip : undefined
}
