import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { LAYER_NORM_EPSILON } from '../constants.ts'
import { layerNorm } from '../operations/layer-norm.ts'
import { onlyInput } from './weights.ts'

/** Layer normalisation over the last axis, with TensorFlow.js's names for its weights and a gradient that is faster. */
export class LayerNorm extends layers.layers.Layer {
  static readonly className = 'HearsayLayerNorm'
  #weights: layers.LayerVariable[] = []

  override build(shape: number[]): void {
    const width = shape.slice(-1)
    this.#weights = [
      this.addWeight('gamma', width, 'float32', layers.initializers.ones()),
      this.addWeight('beta', width, 'float32', layers.initializers.zeros()),
    ]
    this.built = true
  }

  override computeOutputShape(shape: number[]): number[] {
    return shape
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = onlyInput(inputs)
      const [gamma, beta] = this.#weights.map(weight => weight.read() as tf.Tensor1D)
      const width = input.shape[input.shape.length - 1]
      const rows = tf.reshape(input, [input.size / width, width]) as tf.Tensor2D
      return tf.reshape(layerNorm(rows, gamma, beta, LAYER_NORM_EPSILON), input.shape)
    })
  }
}
