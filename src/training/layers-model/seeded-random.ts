import { createRandom } from '../../random/random.ts'

/**
 * Runs something with `Math.random` drawn from a seed. TensorFlow.js's initialisers take it where they are given no seed,
 * and all peers of a swarm must begin with the same parameters, however a user wrote the model.
 */
export async function withSeededRandom<T>(seed: number | string, run: () => T | Promise<T>): Promise<T> {
  const original = Math.random
  const random = createRandom(seed)
  Math.random = () => random.uniform()
  try {
    return await run()
  } finally {
    Math.random = original
  }
}
