import { UsageError } from '../../errors.ts'
import { createRandom } from '../../random/random.ts'
import type { Topology } from '../topology.ts'
import { rememberingOneRound } from './one-round.ts'
import { randomPairing } from './random-pairing.ts'
import { regularMisfit } from './random-regular.ts'

/**
 * EL-Oracle: a random graph in which everybody has s neighbours, drawn anew in every round, and W = (I + A) / (s + 1).
 *
 * De Vos et al., "Epidemic Learning: Boosting Decentralized Learning with Randomized Communication" (2023). Of the
 * disagreement ‖x − x̄‖² a round leaves (1 − s / (n − 1)) / (s + 1), on average.
 */
export function epidemic(degree: number, seed: number | string): Topology {
  const name = `epidemic:${degree}`
  const misfit = (peers: number) => regularMisfit('epidemic', degree, peers)
  const graph = rememberingOneRound((peers, round) => {
    const reason = misfit(peers)
    if (reason !== undefined) throw new UsageError(reason)
    return randomPairing(peers, degree, createRandom(`${seed}/${name}/${peers}/${round}`))
  })
  return {
    name,
    symmetric: true,
    balanced: true,
    changes: true,
    misfit,
    neighbours: (peer, peers, round) => graph(peers, round)[peer],
  }
}
