import type { Random } from '../../src/random/random.ts'
import type { Learner } from './learner.ts'

/**
 * Nothing to learn: vectors that only averaging moves.
 *
 * @param init `normal`: every coordinate from N(0, 1); `spread`: all coordinates equal to the peer's index
 * @param randomOf a peer's own
 */
export function createConsensusLearner(
  parameters: number,
  init: 'normal' | 'spread',
  randomOf: (peer: number) => Random,
): Learner {
  // One for all: a rule takes a copy.
  const vector = new Float32Array(parameters)
  return {
    parameters,
    samples: () => 1,
    start(peer) {
      if (init === 'spread') return vector.fill(peer)
      const random = randomOf(peer)
      for (let p = 0; p < parameters; p++) vector[p] = random.normal()
      return vector
    },
    train() {},
    judge: undefined,
    stop: async () => {},
  }
}
