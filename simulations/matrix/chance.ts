import { createRandom } from '../../src/random/random.ts'

/** Decides by lot, from counters alone: the same counters always draw the same, in every thread and in any order. */
export type Chance = (...counters: readonly number[]) => number

/**
 * Uniform in [0, 1), as Salmon et al. 2011 draw ("Parallel random numbers: as easy as 1, 2, 3"): a hash of seed and counters.
 * Threads that share nothing but the seed agree on what happens to every message of every round.
 */
export function createChance(seed: string): Chance {
  const key = createRandom(seed).integer(2 ** 31)
  return (...counters) => {
    let hash = key
    for (const counter of counters) hash = mix(Math.imul(hash, 31) + counter + GOLDEN)
    return (mix(hash) >>> 0) / 2 ** 32
  }
}

/** 2³² over the golden ratio: small counters, 0 among them, become numbers with all their bits in use. */
const GOLDEN = 0x9e3779b9

/** MurmurHash3's finaliser (Appleby): each bit of the input turns about half of the output's. */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
