import { addScaled, type Vector } from '../../parameters/vectors.ts'
import type { LiveRule } from '../rule.ts'

/** Everyone trains alone: the baseline that every other rule has to beat. */
export const none: LiveRule<Vector> = {
  name: 'none',
  hint: 'nobody: isolated peers, for comparison',
  live: { schedule: 'alone' },
  travels: 'exact',
  mixing: 'none',
  message: { vectors: 0, scalars: 0, to: 'all' },
  start(parameters, { allocate }) {
    const x = allocate(parameters.length)
    x.set(parameters)
    return x
  },
  train: (x, update) => addScaled(x, 1, update),
  send: () => 0,
  merge() {},
  estimate: x => x,
}
