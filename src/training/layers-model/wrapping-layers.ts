/**
 * The layers that an exported model has around the one that was trained: they standardise samples, and give targets in their units. Apart
 * from what makes them, since to name them takes no TensorFlow.js.
 *
 * @packageDocumentation
 */

import type { ModelJson } from './model-json.ts'

export const STANDARDISE = 'standardise'
export const UNITS = 'units'

/** What an exported model says of itself, as far as it matters here. */
interface Exported {
  readonly recipe?: {
    readonly data?: { readonly standardise?: boolean }
    readonly objective?: { readonly task?: string }
  }
}

/**
 * The weights of the layers around the model in an export of hearsay, by name; of any other model none. A model that was exported before
 * has such layers too, which are its own: those around it have the longer names.
 */
export function wrappingWeights({ userDefinedMetadata, weightsManifest }: ModelJson): ReadonlySet<string> {
  const { recipe } = ((userDefinedMetadata ?? {}) as { readonly hearsay?: Exported }).hearsay ?? {}
  const names = weightsManifest.flatMap(({ weights }) => weights.map(({ name }) => name))
  const around = [
    ...(recipe?.data?.standardise === true ? [STANDARDISE] : []),
    ...(recipe?.objective?.task === 'regress' ? [UNITS] : []),
  ].map(kind =>
    names
      .map(layerOf)
      .filter(layer => layer.replace(/_*$/, '') === kind)
      .reduce((longest, layer) => (layer.length > longest.length ? layer : longest), kind),
  )
  return new Set(names.filter(name => around.includes(layerOf(name))))
}

const layerOf = (weight: string) => weight.split('/')[0]
