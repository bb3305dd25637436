import type { Multiaddr } from '@multiformats/multiaddr'
import { MAX_ADDRESS_DIALS, MAX_ADDRESSES_REMEMBERED, MINUTE_MS } from './constants.ts'
import { UnreachableError } from './errors.ts'

/** The dials of each address, whoever is said to be there. */
export interface AddressDials {
  /** Dials an address, unless it was dialled too often. @throws UnreachableError then */
  dial<T>(address: Multiaddr, dial: () => Promise<T>): Promise<T>
  /** Whether the last dial of an address was in vain. */
  hasFailed(address: Multiaddr): boolean
}

/** @param now milliseconds since any moment; never goes back */
export function createAddressDials(now = () => performance.now()): AddressDials {
  /** The one dialled longest ago first. */
  const addresses = new Map<string, { readonly at: readonly number[]; failed: boolean }>()

  return {
    async dial(address, dial) {
      const key = withoutPeer(address)
      const { at = [], failed = false } = addresses.get(key) ?? {}
      const recent = at.filter(time => time > now() - MINUTE_MS)
      if (recent.length >= MAX_ADDRESS_DIALS) {
        throw new UnreachableError(`${key} was dialled ${MAX_ADDRESS_DIALS} times within a minute`)
      }
      const entry = { at: [...recent, now()], failed }
      addresses.delete(key)
      const [oldest] = addresses.keys()
      if (addresses.size >= MAX_ADDRESSES_REMEMBERED && oldest !== undefined) addresses.delete(oldest)
      addresses.set(key, entry)
      try {
        const dialled = await dial()
        entry.failed = false
        return dialled
      } catch (error) {
        entry.failed = true
        throw error
      }
    },
    hasFailed: address => addresses.get(withoutPeer(address))?.failed ?? false,
  }
}

/** An address without the peer that is said to be there. */
export function withoutPeer(address: Multiaddr): string {
  const text = address.toString()
  const end = text.indexOf('/p2p/')
  return end < 0 ? text : text.slice(0, end)
}
