/**
 * The layers that an exported model has around the one that was trained: they standardise samples, and give targets in their units. Apart
 * from what makes them, since to name them takes no TensorFlow.js.
 *
 * @packageDocumentation
 */

import type { ModelJson } from './model-json.ts'

export const STANDARDISE = 'standardise'
export const UNITS = 'units'

/** The weights of such layers in a model that hearsay has exported, by name; of any other model none. */
export function wrappingWeights({ userDefinedMetadata, weightsManifest }: ModelJson): ReadonlySet<string> {
  const { hearsay } = (userDefinedMetadata ?? {}) as { readonly hearsay?: object }
  if (hearsay === undefined) return new Set()
  const names = weightsManifest.flatMap(({ weights }) => weights.map(({ name }) => name))
  return new Set(names.filter(name => [STANDARDISE, UNITS].includes(name.split('/')[0])))
}
