import type { LayersModel } from '@tensorflow/tfjs-layers'

/** Fields in which a layer holds others: a model its layers, wrappers the layer they apply, recurrent layers their cells. */
interface Holder {
  readonly layers?: readonly object[]
  readonly layer?: object
  readonly forwardLayer?: object
  readonly backwardLayer?: object
  readonly cell?: object
  readonly cells?: readonly object[]
}

/** A layer and all within it, always in the same order. */
export function partsOf(part: object): object[] {
  const { layers = [], layer, forwardLayer, backwardLayer, cell, cells = [] } = part as Holder
  const held = [...layers, layer, forwardLayer, backwardLayer, cell, ...cells]
  return [part, ...held.flatMap(inner => (inner === undefined ? [] : partsOf(inner)))]
}

/** The name of the class of a part, as models' files have it; empty where it has none. */
export function classNameOf(part: object): string {
  const { getClassName } = part as Partial<LayersModel>
  return getClassName?.call(part) ?? ''
}
