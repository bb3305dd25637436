import { UsageError } from '../../errors.ts'
import type { Topology } from '../topology.ts'
import { exponentCount } from './exponential.ts'

/** Everyone averages with those whose number differs in one binary digit: d neighbours among 2^d peers. */
export const hypercube: Topology = {
  name: 'hypercube',
  symmetric: true,
  balanced: true,
  changes: false,
  misfit,
  neighbours(peer, peers) {
    const reason = misfit(peers)
    if (reason !== undefined) throw new UsageError(reason)
    return Array.from({ length: exponentCount(peers) }, (_, digit) => peer ^ (1 << digit)).sort((a, b) => a - b)
  },
}

function misfit(peers: number): string | undefined {
  const above = 2 ** exponentCount(peers)
  if (peers === above) return undefined
  return `hypercube needs a power of two of peers, and there are ${peers}; the nearest that work are ${above / 2} and ${above} peers`
}
