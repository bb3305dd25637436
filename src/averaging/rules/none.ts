import { addScaled, type Vector } from '../../parameters/vectors.ts'
import type { AveragingRule } from '../rule.ts'

/** Everyone trains alone: the baseline that every other rule has to beat. */
export const none: AveragingRule<Vector> = {
  name: 'none',
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
