import type { GossipStatus } from '../src/gossip/gossip.ts'
import type { PeerResult } from './result.ts'

interface Traffic {
  readonly bytesIn: number
  readonly bytesOut: number
}

type Bytes = Pick<
  PeerResult,
  'bytesIn' | 'bytesOut' | 'exchangeBytes' | 'fetchBytes' | 'fetchedBytes' | 'overheadBytes'
>

/**
 * A peer's bytes, by what they were for.
 *
 * @param traffic of all that it carried
 * @param status undefined for a peer that is not there any more: of its streams nothing is known
 */
export function peerBytes(
  { bytesIn, bytesOut }: Traffic,
  status: Pick<GossipStatus, 'streams' | 'fetchedBytes'> | undefined,
): Bytes {
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
