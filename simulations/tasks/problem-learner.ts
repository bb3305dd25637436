import type { Random } from '../../src/random/random.ts'
import type { Learner } from './learner.ts'
import type { Problem } from './problem.ts'

/**
 * Plain gradient steps, x ← x − η_t ∇f_i(x), in float64 and rounded once. All peers start at 0.
 *
 * @param rateAt η_t of a step, counted from 1
 * @param randomOf a peer's own
 */
export function createProblemLearner(
  problem: Problem,
  rateAt: (step: number) => number,
  randomOf: (peer: number) => Random,
): Learner {
  const { dimension } = problem
  const x = new Float64Array(dimension)
  const gradient = new Float64Array(dimension)
  const randoms = new Map<number, Random>()

  /** Goes on from step to step, so a peer's noise does not repeat. */
  function noiseOf(peer: number): Random {
    const known = randoms.get(peer) ?? randomOf(peer)
    randoms.set(peer, known)
    return known
  }

  return {
    parameters: dimension,
    samples: () => 1,
    start: () => new Float32Array(dimension),
    train(peer, parameters, update, steps, before) {
      x.set(parameters)
      for (let step = before + 1; step <= before + steps; step++) {
        problem.gradient(peer, x, noiseOf(peer), gradient)
        const rate = rateAt(step)
        for (let p = 0; p < dimension; p++) x[p] -= rate * gradient[p]
      }
      for (let p = 0; p < dimension; p++) update[p] = x[p] - parameters[p]
    },
    judge: parameters => ({ loss: problem.loss(parameters), accuracy: null }),
    stop: async () => {},
  }
}
