import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { UsageError } from '../errors.ts'
import { MAX_ADDRESS_LENGTH, MAX_ADDRESSES } from '../gossip/membership/constants.ts'
import type { PeerId } from '../gossip/ports.ts'

const HOSTS = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6'])

/**
 * @param purpose what the address is for, as the error says it: `connect` or `listen`
 * @throws UsageError when it is not a TCP multiaddr
 */
export function parseAddress(text: string, purpose: 'connect' | 'listen'): Multiaddr {
  const address = tcpAddress(text)
  if (address !== undefined) return address
  const example = purpose === 'connect' ? '/ip4/192.168.1.20/tcp/4001' : '/ip4/0.0.0.0/tcp/4001'
  throw new UsageError(`${purpose} address ${JSON.stringify(text)} is not a TCP multiaddr such as ${example}`)
}

/** The addresses of a peer that can be dialled, at most as many as a peer may announce; the others are left out. */
export function dialableAddresses(peer: PeerId, addresses: readonly string[]): Multiaddr[] {
  return addresses
    .slice(0, MAX_ADDRESSES)
    .filter(text => text.length <= MAX_ADDRESS_LENGTH)
    .map(tcpAddress)
    .filter(address => address !== undefined)
    .filter(address => (peerIn(address) ?? peer) === peer)
}

/** The peer that an address names after `/p2p/`. */
function peerIn(address: Multiaddr): PeerId | undefined {
  return address.getComponents().find(({ name }) => name === 'p2p')?.value
}

/** A host, a TCP port, and perhaps the peer that should answer: what this driver can dial and listen on. */
function tcpAddress(text: string): Multiaddr | undefined {
  try {
    const address = multiaddr(text)
    const [host, transport, ...rest] = address.getComponents().map(({ name }) => name)
    const known = host !== undefined && HOSTS.has(host) && transport === 'tcp'
    return known && (rest.length === 0 || (rest.length === 1 && rest[0] === 'p2p')) ? address : undefined
  } catch {
    return undefined
  }
}
