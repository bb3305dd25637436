import { type FrozenPart, wholeOf } from '../../parameters/frozen.ts'
import type { Layout } from '../../parameters/layout.ts'
import { weightsOf } from './batch-statistics.ts'

/** All weights of a model, and how they lie. */
export interface WholeWeights {
  readonly layout: Layout
  /** `[elements of the whole model]` */
  readonly weights: Float32Array
}

/**
 * The weights of a whole model: those that the parameters stand for, and those that are frozen.
 *
 * @param layout of the parameters
 * @param parameters `[parameters]`, as peers average them
 * @param frozen absent of a model that has no such part
 */
export function wholeWeights(layout: Layout, parameters: Float32Array, frozen?: FrozenPart): WholeWeights {
  const weights = weightsOf(layout, parameters)
  return frozen === undefined ? { layout, weights } : { layout: frozen.layout, weights: wholeOf(frozen, weights) }
}
