import type { Topology } from '../topology.ts'

/** Peer 0 averages with all others, and they with nobody else: a server's place, without a server's rule. */
export const star: Topology = {
  name: 'star',
  symmetric: true,
  balanced: true,
  changes: false,
  misfit: () => undefined,
  neighbours: (peer, peers) => (peer === 0 ? Array.from({ length: peers - 1 }, (_, i) => i + 1) : [0]),
}
