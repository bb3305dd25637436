/**
 * Secure aggregation: a sum over peers, of which nobody sees a summand. Every pair shares a seed; the lower adds to what it
 * tells the numbers that grow from it, modulo 2³², the higher subtracts them, and in the sum they cancel to the last bit
 * (Bonawitz et al. 2017, "Practical Secure Aggregation for Privacy-Preserving Machine Learning", section 4.0.1). One share by
 * itself is uniformly random. There is nothing in it to compare, so a median or Krum cannot be taken of such shares.
 *
 * Not here: how pairs agree on seeds, and the second mask of that paper, which protects a share that comes late. Without it, a
 * share must be thrown away that comes after seeds of its peer were revealed.
 *
 * @packageDocumentation
 */

import { requireSameLength } from '../../parameters/vectors.ts'
import { chacha20Words, type Seed } from './chacha20.ts'
import { SecureAggregationError } from './errors.ts'

/**
 * Masks what a peer tells, in place.
 *
 * @param share `[parameters]`, whole numbers modulo 2³²
 * @param seeds those that this peer shares, by the other peer
 * @param round never twice the same with these seeds: what is masked alike can be subtracted
 */
export function maskShare(share: Uint32Array, own: number, seeds: ReadonlyMap<number, Seed>, round: number): void {
  for (const [other, seed] of seeds) addMask(share, own < other ? 1 : -1, seed, round)
}

/** What arrived of a round of masked vectors, from which their sum is to be found. */
export interface MaskedRound {
  readonly round: number
  /** All peers that have masked for each other in this round. */
  readonly peers: readonly number[]
  /** The masked vectors that arrived, by peer. */
  readonly shares: ReadonlyMap<number, Uint32Array>
  /** The seed that a peer whose share is here has revealed of its pair with one that dropped out; undefined where it has not. */
  readonly revealed: (survivor: number, dropped: number) => Seed | undefined
}

/**
 * The sum of what the peers whose shares arrived have masked, modulo 2³². The masks that they share with peers that dropped out
 * do not cancel, and are taken away with the revealed seeds.
 *
 * @throws SecureAggregationError where a seed is missing that is needed, or where fewer than two shares would be summed
 * @throws LengthMismatchError where shares differ in length
 */
export function sumOfShares({ round, peers, shares, revealed }: MaskedRound): Uint32Array {
  const [survivors, dropped] = [peers.filter(peer => shares.has(peer)), peers.filter(peer => !shares.has(peer))]
  if (survivors.length < 2) {
    throw new SecureAggregationError(
      `round ${round} has shares of ${survivors.length} of ${peers.length} peers, and a sum needs two to hide them; start it again with those that are there`,
    )
  }
  const sum = new Uint32Array((shares.get(survivors[0]) as Uint32Array).length)
  for (const survivor of survivors) {
    const share = shares.get(survivor) as Uint32Array
    requireSameLength(sum, share)
    for (let p = 0; p < sum.length; p++) sum[p] += share[p]
    for (const gone of dropped) {
      const seed = revealed(survivor, gone)
      if (seed === undefined) {
        throw new SecureAggregationError(
          `peer ${gone} dropped out of round ${round}, and peer ${survivor} has not revealed the seed that the two share; ask for it, or start the round again without peer ${gone}`,
        )
      }
      addMask(sum, survivor < gone ? -1 : 1, seed, round)
    }
  }
  return sum
}

function addMask(share: Uint32Array, sign: 1 | -1, seed: Seed, round: number): void {
  const mask = chacha20Words(seed, [0, Math.floor(round / 2 ** 32), round], share.length)
  for (let p = 0; p < share.length; p++) share[p] += sign * mask[p]
}
