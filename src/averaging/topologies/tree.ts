import type { Topology } from '../topology.ts'

/** A balanced tree, numbered level by level: peer 0 is the root, and everybody has up to so many children. */
export function tree(branches: number): Topology {
  return {
    name: `tree:${branches}`,
    symmetric: true,
    balanced: true,
    changes: false,
    misfit: () => undefined,
    neighbours(peer, peers) {
      const parent = peer === 0 ? [] : [Math.floor((peer - 1) / branches)]
      const first = branches * peer + 1
      const children = Array.from({ length: Math.max(0, Math.min(branches, peers - first)) }, (_, i) => first + i)
      return [...parent, ...children]
    },
  }
}
