import { requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'
import { type LinkMemories, memoryOf } from './link-memory.ts'

interface PushSumState {
  /** x_i, the mass at hand: less than at the beginning of the round by what was pushed since. */
  readonly x: Vector
  /** The weight at hand, likewise. */
  left: number
  /** w_i, the weight when the round began. */
  w: number
  /** z_i = x_i / w_i when the round began, and what training added since. */
  readonly z: Vector
  /** σ_ij: all that was ever pushed to j. */
  readonly pushed: LinkMemories
  /** ρ_ji: all that j ever pushed here, as far as it was heard. */
  readonly heard: LinkMemories
}

/**
 * Stochastic gradient push: (x_i, w_i) ← Σ_j p_ij (x_j, w_j) over a directed graph, where the sender weighs, p is
 * column-stochastic and z_i = x_i / w_i. The gradient is taken at z and added to x (Assran et al. 2019, "Stochastic Gradient
 * Push for Distributed Deep Learning").
 *
 * The vector that travels is not the push but the sum σ_ij of all pushes through that link, and the receiver adds what it has not had yet,
 * σ_ij − ρ_ij. So a message makes up for all that were lost before it, and one that comes twice or late changes nothing: no mass is ever
 * lost, which is what the mean rests on (Spiridonoff, Olshevsky and Paschalidis 2020, "Robust Asynchronous Stochastic Gradient-Push"). It
 * costs the memory of a vector at both ends of every link; where nothing can be lost, `push-sum:naive` does without.
 *
 * In float32 a sum over T rounds is rounded to about T · 2⁻²⁴ of one push. The rounded-off part stays with the sender, so it
 * is noise between the two of them and no loss: the mean stays, but peers agree ever less, by an error that grows linearly with
 * T, to a thousandth of the parameters after some 10⁵ rounds. `push-sum:naive` has no such limit.
 */
export const pushSum: AveragingRule<PushSumState> = {
  name: 'push-sum',
  hint: 'links that go one way, and lose messages',
  movesMean: true,
  travels: 'exact',
  mixing: 'column-stochastic',
  message: { vectors: 1, scalars: 1, to: 'link' },
  start(parameters, { allocate }) {
    const [x, z] = [allocate(parameters.length), allocate(parameters.length)]
    x.set(parameters)
    z.set(parameters)
    return { x, left: 1, w: 1, z, pushed: new Map(), heard: new Map() }
  },
  train(state, update) {
    const { x, w, z } = state
    requireSameLength(x, update)
    for (let p = 0; p < x.length; p++) {
      x[p] += update[p]
      z[p] = x[p] / w
    }
  },
  send(state, link, message) {
    if (link === undefined) return 0
    const { x, w, z, pushed } = state
    const sum = memoryOf(pushed, link.peer, x)
    const share = link.weight * w
    for (let p = 0; p < x.length; p++) {
      const before = sum.vector[p]
      sum.vector[p] += share * z[p]
      // The amount that was really pushed, as it was rounded: neither more nor less leaves.
      x[p] -= sum.vector[p] - before
    }
    const before = sum.scalar
    sum.scalar += share
    state.left -= sum.scalar - before
    message.vectors[0].set(sum.vector)
    message.scalars[0] = sum.scalar
    return plainBytes(message)
  },
  merge(state, received) {
    const { x, z, heard } = state
    for (const { peer, message } of received) {
      const [sum] = message.vectors
      const [weight] = message.scalars
      requireSameLength(x, sum)
      const known = memoryOf(heard, peer, x)
      // Weights are positive, so their sum tells the age of a message: this one is a copy, or came too late.
      if (weight <= known.scalar) continue
      for (let p = 0; p < x.length; p++) x[p] += sum[p] - known.vector[p]
      state.left += weight - known.scalar
      known.vector.set(sum)
      known.scalar = weight
    }
    state.w = state.left
    for (let p = 0; p < x.length; p++) z[p] = x[p] / state.w
  },
  estimate: ({ z }) => z,
}
