import type { Topology } from '../topology.ts'

/** Everyone averages with everyone: one round gives the exact mean, at the price of n − 1 messages a peer. */
export const complete: Topology = {
  name: 'complete',
  symmetric: true,
  balanced: true,
  changes: false,
  misfit: () => undefined,
  neighbours: (peer, peers) => Array.from({ length: peers - 1 }, (_, i) => (i < peer ? i : i + 1)),
}
