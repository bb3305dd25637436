import type { Topology } from '../topology.ts'

/** t = ⌈log₂ n⌉: the number of powers of two below n. In integers, because `Math.log2` rounds. */
export function exponentCount(peers: number): number {
  return 32 - Math.clz32(peers - 1)
}

/**
 * The static exponential graph: i averages i + 2⁰, …, i + 2^(t−1) (mod n). Directed.
 *
 * Ying et al., "Exponential Graph is Provably Efficient for Decentralized Deep Training" (2021): spectral gap 2/(1 + t)
 * for even n, so it hardly shrinks as the swarm grows.
 */
export const exponential: Topology = {
  name: 'exponential',
  symmetric: false,
  balanced: true,
  changes: false,
  misfit: () => undefined,
  neighbours: (peer, peers) =>
    Array.from({ length: exponentCount(peers) }, (_, r) => (peer + 2 ** r) % peers).sort((a, b) => a - b),
}
