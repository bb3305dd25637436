import type { Topology } from '../topology.ts'

/** Everyone averages with the next and the previous. Two peers have each other; one has nobody. */
export const ring: Topology = {
  name: 'ring',
  symmetric: true,
  balanced: true,
  changes: false,
  misfit: () => undefined,
  neighbours(peer, peers) {
    if (peers === 1) return []
    if (peers === 2) return [1 - peer]
    return [(peer + peers - 1) % peers, (peer + 1) % peers].sort((a, b) => a - b)
  },
}
