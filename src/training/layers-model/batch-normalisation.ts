import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { classNameOf, partsOf } from './parts.ts'

/** The fields of TensorFlow.js's layer that it reads while it is called. */
interface BatchNormalization {
  scale: boolean
  gamma?: { read(): tf.Tensor } | null
  beta?: { read(): tf.Tensor } | null
  readonly movingMean: { readonly shape: number[] }
}

/**
 * Lets batch normalisation train that neither scales nor moves (`scale: false`, `center: false`): TensorFlow.js reads the weights that it
 * does not have, and so does its gradient. It gets a scale of ones and an offset of zeros, which nobody learns or sends.
 */
export function fillBatchNormalisation(model: LayersModel): void {
  for (const part of partsOf(model)) {
    if (classNameOf(part) !== 'BatchNormalization') continue
    const layer = part as BatchNormalization
    const { shape } = layer.movingMean
    if (!layer.gamma) {
      layer.scale = true
      layer.gamma = { read: () => tf.ones(shape) }
    }
    if (!layer.beta) layer.beta = { read: () => tf.zeros(shape) }
  }
}
