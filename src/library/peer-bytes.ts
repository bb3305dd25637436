import type { Traffic } from '../gossip/ports.ts'
import type { GossipStatus } from '../gossip/status.ts'

/** The bytes that a peer's network carried, by their purpose. */
export interface PeerBytes extends Traffic {
  /** The bytes, both ways, of exchanges, and of fetching whole parameters, its own fetches and others'. */
  readonly exchangeBytes: number
  readonly fetchBytes: number
  /** The bytes that arrived when this peer fetched parameters: because it was late, came back, or took the seal. */
  readonly fetchedBytes: number
  /** The rest: connections, encryption, announcements, headers, and what was said to settle exchanges that were cut. */
  readonly overheadBytes: number
}

/**
 * A peer's bytes, by what they were for.
 *
 * @param traffic of all that it carried
 * @param status undefined for a peer that is not there any more: of its streams nothing is known
 */
export function peerBytes(
  { bytesIn, bytesOut }: Traffic,
  status: Pick<GossipStatus, 'streams' | 'fetchedBytes'> | undefined,
): PeerBytes {
  const sum = (traffic: Traffic | undefined) => (traffic === undefined ? 0 : traffic.bytesIn + traffic.bytesOut)
  const exchangeBytes = sum(status?.streams.exchange)
  const fetchBytes = sum(status?.streams.fetch)
  return {
    bytesIn,
    bytesOut,
    exchangeBytes,
    fetchBytes,
    fetchedBytes: status?.fetchedBytes ?? 0,
    overheadBytes: bytesIn + bytesOut - exchangeBytes - fetchBytes,
  }
}
