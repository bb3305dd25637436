import { isIP } from 'node:net'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { UsageError } from '../errors.ts'
import { MAX_ADDRESS_LENGTH, MAX_ADDRESSES } from '../gossip/membership/constants.ts'
import type { PeerId } from '../gossip/ports.ts'
import { withoutPeer } from './address-dials.ts'
import { isOwned, transports } from './transports/registry.ts'
import type { Transport } from './transports/transport.ts'

/**
 * @param purpose what the address is for, as the error says it: `connect`, `listen` or `announce`
 * @throws UsageError when it is not a multiaddr of any transport
 */
export function parseAddress(text: string, purpose: keyof Transport['examples']): Multiaddr {
  const address = ownedAddress(text) ?? (purpose === 'connect' ? listedAddress(text) : undefined)
  if (address !== undefined) return address
  const titles = transports.map(({ title }) => title).join(' or ')
  const examples = transports.map(({ examples }) => examples[purpose]).join(' or ')
  const meant = asMultiaddr(text)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  throw new UsageError(
    `${purpose} address ${JSON.stringify(text)} is not a ${titles} multiaddr such as ${examples}${hint}`,
  )
}

/** The multiaddr of what is written as elsewhere: `192.168.1.20:4001`, `[fd00::1]:4001`, `peer.example:4001`. */
function asMultiaddr(text: string): string | undefined {
  const [, bracketed, name = bracketed, port] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? []
  if (name === undefined) return undefined
  const meant = `/${{ 0: 'dns', 4: 'ip4', 6: 'ip6' }[isIP(name)]}/${name}/tcp/${port}`
  return ownedAddress(meant) === undefined ? undefined : meant
}

/**
 * Addresses that a peer is to announce.
 *
 * @returns them without its id, which it adds itself
 * @throws UsageError where one is no multiaddr of any transport, or where nobody could reach this peer by it; or where there are too many
 */
export function parseAnnounced(texts: readonly string[], self: PeerId): Multiaddr[] {
  if (texts.length > MAX_ADDRESSES) {
    throw new UsageError(`announce: ${texts.length} addresses, and others take no more than ${MAX_ADDRESSES} of a peer`)
  }
  return texts.map(text => {
    const address = parseAddress(text, 'announce')
    const refuse = (why: string) => new UsageError(`announce address ${JSON.stringify(text)} ${why}`)
    const components = address.getComponents()
    if ((peerIn(address) ?? self) !== self) throw refuse(`is of another peer than this one, ${self}`)
    if (components.some(({ value }) => value === '0.0.0.0' || value === '::')) {
      throw refuse('names no machine: give the one at which others reach this peer')
    }
    if (components.some(({ name, value }) => name === 'tcp' && value === '0')) {
      throw refuse('names no port: give the one at which others reach this peer, and --listen on a port of your choice')
    }
    const bare = multiaddr(withoutPeer(address))
    if (bare.encapsulate(`/p2p/${self}`).toString().length > MAX_ADDRESS_LENGTH) {
      throw refuse(`is longer with the peer's id than the ${MAX_ADDRESS_LENGTH} characters that others take`)
    }
    return bare
  })
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

/** The same, each with the peer that is to answer there, and nobody else. */
export function addressesOf(peer: PeerId, addresses: readonly string[]): Multiaddr[] {
  return dialableAddresses(peer, addresses).map(address =>
    peerIn(address) === undefined ? address.encapsulate(`/p2p/${peer}`) : address,
  )
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
