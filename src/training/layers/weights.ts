import type * as tf from '@tensorflow/tfjs-core'
import type * as layers from '@tensorflow/tfjs-layers'

export type Initializer = ReturnType<typeof layers.initializers.zeros>

/** Options of the layers of this folder, beside their sizes. */
export interface InitialWeights {
  readonly name?: string
  /**
   * Initial values of a weight whose elements shall have this standard deviation. Absent where a saved model is read:
   * its weights are zeros until they are.
   */
  readonly initialise?: (weight: string, deviation: number) => Initializer
}

/** TensorFlow.js gives a layer with one input a list of one, or the input itself. */
export function onlyInput(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor3D {
  return (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D
}
