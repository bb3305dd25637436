import type { Topology } from '../topology.ts'

/** A ring that was cut: the tree of the largest diameter, on which everything takes longest. */
export const chain: Topology = {
  name: 'chain',
  symmetric: true,
  balanced: true,
  changes: false,
  misfit: () => undefined,
  neighbours: (peer, peers) => [peer - 1, peer + 1].filter(other => other >= 0 && other < peers),
}
