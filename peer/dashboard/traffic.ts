import type { GossipStatus } from '../../src/index.ts'

/** The bytes that these peers carried, by purpose: the figures of a curve each. */
export function bytesByPurpose(states: readonly Pick<GossipStatus, 'streams' | 'bytesIn' | 'bytesOut'>[]) {
  const sum = (of: (state: (typeof states)[number]) => { readonly bytesIn: number; readonly bytesOut: number }) =>
    states.reduce((total, state) => total + of(state).bytesIn + of(state).bytesOut, 0)
  const exchangeBytes = sum(({ streams }) => streams.exchange)
  const fetchBytes = sum(({ streams }) => streams.fetch)
  return { exchangeBytes, fetchBytes, overheadBytes: Math.max(0, sum(state => state) - exchangeBytes - fetchBytes) }
}
