import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { UsageError } from '../errors.ts'
import { MAX_ADDRESS_LENGTH, MAX_ADDRESSES } from '../gossip/membership/constants.ts'
import type { PeerId } from '../gossip/ports.ts'
import { isOwned, transports } from './transports/registry.ts'

/**
 * @param purpose what the address is for, as the error says it: `connect` or `listen`
 * @throws UsageError when it is not a multiaddr of any transport
 */
export function parseAddress(text: string, purpose: 'connect' | 'listen'): Multiaddr {
  const address = ownedAddress(text) ?? (purpose === 'connect' ? listedAddress(text) : undefined)
  if (address !== undefined) return address
  const titles = transports.map(({ title }) => title).join(' or ')
  const examples = transports.map(({ examples }) => examples[purpose]).join(' or ')
  throw new UsageError(`${purpose} address ${JSON.stringify(text)} is not a ${titles} multiaddr such as ${examples}`)
}

/** The addresses of a peer that can be dialled, at most as many as a peer may announce; the others are left out. */
export function dialableAddresses(peer: PeerId, addresses: readonly string[]): Multiaddr[] {
  return addresses
    .slice(0, MAX_ADDRESSES)
    .filter(text => text.length <= MAX_ADDRESS_LENGTH)
    .map(ownedAddress)
    .filter(address => address !== undefined)
    .filter(address => (peerIn(address) ?? peer) === peer)
}

/** The address of a list of addresses, `/dnsaddr/DOMAIN`, perhaps with the one peer of it that is meant. */
function listedAddress(text: string): Multiaddr | undefined {
  try {
    const address = multiaddr(text)
    const path = address.getComponents().map(({ name }) => name)
    return ['dnsaddr', 'dnsaddr/p2p'].includes(path.join('/')) ? address : undefined
  } catch {
    return undefined
  }
}

/** The peer that an address names after `/p2p/`. */
export function peerIn(address: Multiaddr): PeerId | undefined {
  return address.getComponents().find(({ name }) => name === 'p2p')?.value
}

/** The address, where a transport of this driver can dial it or listen on it. */
function ownedAddress(text: string): Multiaddr | undefined {
  try {
    const address = multiaddr(text)
    return isOwned(address) ? address : undefined
  } catch {
    return undefined
  }
}
