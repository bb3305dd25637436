import { type FrozenPart, frozenOf, movingLayout, movingOf, wholeOf } from '../../parameters/frozen.ts'
import type { Layout } from '../../parameters/layout.ts'
import { parametersOf, weightsOf } from './batch-statistics.ts'

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

/** A model's weights, as a trainer of it would have them. */
export interface ModelParts {
  /** Of the parameters. */
  readonly layout: Layout
  /** `[parameters]`, as peers average them. */
  readonly parameters: Float32Array
  /** Absent of a model that has no such part. */
  readonly frozen?: FrozenPart
}

/** The inverse of {@link wholeWeights}. @param whole its slots say which of them are frozen */
export function partsOfWeights({ layout: whole, weights }: WholeWeights): ModelParts {
  const layout = movingLayout(whole)
  if (layout === whole) return { layout, parameters: parametersOf(layout, weights) }
  return {
    layout,
    parameters: parametersOf(layout, movingOf(whole, weights)),
    frozen: { layout: whole, values: frozenOf(whole, weights) },
  }
}
