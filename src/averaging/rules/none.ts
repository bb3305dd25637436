import { addScaled } from '../../parameters/vectors.ts'
import type { AveragingRule } from '../rule.ts'

/** Everyone trains alone: the baseline that every other rule has to beat. */
export const none: AveragingRule<Float32Array> = {
  name: 'none',
  mixing: 'none',
  start: parameters => parameters.slice(),
  train: (state, update) => addScaled(state, 1, update),
  send: () => ({ vectors: [], scalars: [] }),
  merge() {},
  estimate: state => state,
}
