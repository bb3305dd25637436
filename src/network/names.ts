/**
 * What names in addresses stand for: `/dns4`, `/dns6` and `/dns` for the addresses of a machine, `/dnsaddr` for a list of addresses, perhaps of several
 * peers, that the owner of a domain keeps in TXT records at `_dnsaddr.DOMAIN`.
 *
 * libp2p, Addressing, https://github.com/libp2p/specs/blob/master/addressing/README.md
 *
 * @packageDocumentation
 */

import { lookup, Resolver } from 'node:dns/promises'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions } from '../gossip/ports.ts'
import { abortable } from './abortable.ts'
import { peerIn } from './addresses.ts'
import { DNS_TIMEOUT_MS, DNS_TRIES, MAX_DNSADDR_DEPTH, MAX_DNSADDR_LISTS, MAX_RESOLVED } from './constants.ts'
import { UnreachableError } from './errors.ts'
import { isOwned } from './transports/registry.ts'

/** Asks the system, or another, what a name stands for. */
export interface Names {
  /** The IP addresses of a machine, of one family or of both, as the system prefers them. */
  addressesOf(host: string, family: 0 | 4 | 6): Promise<readonly string[]>
  /** The texts that a domain has at a name. */
  textsOf(name: string): Promise<readonly string[]>
}

/** @param servers where texts are asked for, as `IP:PORT`. Default: the servers of the system */
export function createNames(servers?: readonly string[]): Names {
  return {
    async addressesOf(host, family) {
      return (await lookup(host, { family, all: true, order: 'verbatim' })).map(({ address }) => address)
    },
    async textsOf(name) {
      // A new one each time: the servers of a machine change with its network.
      const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES })
      if (servers !== undefined) resolver.setServers(servers)
      return (await resolver.resolveTxt(name)).map(pieces => pieces.join(''))
    },
  }
}

const FAMILIES: Readonly<Record<string, 0 | 4 | 6>> = { dns: 0, dns4: 4, dns6: 6 }

/** Whether an address has to be resolved before it can be dialled. */
export function hasName(address: Multiaddr): boolean {
  const [first] = address.getComponents()
  return first.name in FAMILIES || first.name === 'dnsaddr'
}

/** The name that an address begins with. */
export function nameIn(address: Multiaddr): string {
  return address.getComponents()[0]?.value ?? ''
}

/**
 * The addresses that can be dialled for an address, as they are now: itself, where it has no name. At most {@link MAX_RESOLVED}, of lists that name lists at
 * most {@link MAX_DNSADDR_LISTS}; what is malformed, or what no transport owns, is left out.
 *
 * @throws UnreachableError where a name stands for nothing, with the reason
 */
export async function resolveAddress(
  address: Multiaddr,
  names: Names,
  { signal }: AbortOptions,
): Promise<readonly Multiaddr[]> {
  const found = new Map<string, Multiaddr>()
  const asked = new Set<string>()
  let failure: UnreachableError | undefined

  async function resolve(one: Multiaddr, depth: number): Promise<void> {
    if (found.size >= MAX_RESOLVED) return
    if (!hasName(one)) {
      if (isOwned(one)) found.set(one.toString(), one)
      return
    }
    try {
      const parts = one.getComponents()[0].name === 'dnsaddr' ? await list(one, depth) : await machines(one)
      for (const part of parts) await resolve(part, depth + 1)
    } catch (error) {
      signal.throwIfAborted()
      failure ??= new UnreachableError(`${nameIn(one)} ${whyUnknown(error)}`, { cause: error })
    }
  }

  async function machines(one: Multiaddr): Promise<Multiaddr[]> {
    const [first, ...rest] = one.getComponents()
    const ips = await abortable(names.addressesOf(nameIn(one), FAMILIES[first.name]), signal)
    const tail = multiaddr(rest)
    return ips.map(ip => multiaddr(`/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}`).encapsulate(tail))
  }

  /** The entries of a list; where the address asks for one peer, those of that peer. */
  async function list(one: Multiaddr, depth: number): Promise<Multiaddr[]> {
    const domain = nameIn(one).toLowerCase()
    // A list that names itself, or goes on for ever, is read as far as it is of use.
    if (asked.has(domain) || asked.size >= MAX_DNSADDR_LISTS || depth >= MAX_DNSADDR_DEPTH) return []
    asked.add(domain)
    const wanted = peerIn(one)
    const entries = (await abortable(names.textsOf(`_dnsaddr.${domain}`), signal)).map(entryOf)
    return entries
      .filter(entry => entry !== undefined)
      .filter(entry => wanted === undefined || peerIn(entry) === wanted)
  }

  await resolve(address, 0)
  if (found.size > 0) return [...found.values()]
  throw failure ?? new UnreachableError(`${nameIn(address)} stands for no address that can be dialled`)
}

const ENTRY = 'dnsaddr='

function entryOf(text: string): Multiaddr | undefined {
  if (!text.startsWith(ENTRY)) return undefined
  try {
    return multiaddr(text.slice(ENTRY.length))
  } catch {
    return undefined
  }
}

function whyUnknown(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOTFOUND':
    case 'ENODATA':
      return `is no name that the DNS knows (${code})`
    case 'EAI_AGAIN':
    case 'ECONNREFUSED':
    case 'ETIMEOUT':
    case 'ECANCELLED':
      return `cannot be looked up: no DNS server answers (${code})`
    default:
      return `cannot be looked up: ${error instanceof Error ? error.message : error}`
  }
}
