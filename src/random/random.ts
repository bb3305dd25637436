import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** A seeded source of randomness. Everything random in hearsay draws from one of these, so a run can be replayed. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number
  /** Uniform integer in [0, below). */
  integer(below: number): number
  /** Standard normal. */
  normal(): number
  /** Gamma with the given shape and scale 1. */
  gamma(shape: number): number
  /** A point of the simplex: Dirichlet with the same concentration for each of `categories`. */
  dirichlet(concentration: number, categories: number): Float64Array
  /** Fisher-Yates, in place; returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T
  /** An independent stream named by `label`; forking does not move this one. */
  fork(label: string | number): Random
  /** Enough to go on from here with `restoreRandom`. */
  state(): number[]
}

/** FNV-1a over UTF-16 units, so that a label picks its own stream (Fowler, Noll, Vo). */
function hash32(text: string, basis: number): number {
  let hash = basis >>> 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x45d9f3b)
  return (hash ^ (hash >>> 16)) >>> 0
}

const FNV_BASIS = 0x811c9dc5

/** A source of numbers that depends on the seed alone: on every machine the same. */
export function createRandom(seed: number | string): Random {
  const text = String(seed)
  return wrap(xoroshiro128plus(hash32(text, FNV_BASIS)))
}

/** @param state what {@link Random.state} returned */
export function restoreRandom(state: readonly number[]): Random {
  return wrap(xoroshiro128plusFromState(state))
}

function wrap(generator: RandomGenerator): Random {
  const uniform = () => uniformFloat64(generator)

  function normal(): number {
    // Box and Muller; 1 - u is in (0, 1], so the logarithm is finite.
    return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  }

  function gamma(shape: number): number {
    // Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); boosted below shape 1 (section 6).
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = normal()
      const v = (1 + c * x) ** 3
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
    }
  }

  return {
    uniform,
    normal,
    gamma,
    integer: below => uniformInt(generator, 0, below - 1),
    dirichlet(concentration, categories) {
      const draws = Float64Array.from({ length: categories }, () => gamma(concentration))
      const total = draws.reduce((sum, draw) => sum + draw, 0)
      // A very small concentration can underflow every draw: then all mass falls on one category, as in the limit.
      if (total > 0) return draws.map(draw => draw / total)
      draws[uniformInt(generator, 0, categories - 1)] = 1
      return draws
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = uniformInt(generator, 0, i)
        const kept = items[i]
        items[i] = items[j] as never
        items[j] = kept as never
      }
      return items
    },
    fork(label) {
      const state = generator.getState()
      return createRandom(`${state.join(',')}/${label}`)
    },
    state: () => [...generator.getState()],
  }
}
