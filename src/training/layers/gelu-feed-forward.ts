import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { affine } from '../operations/affine.ts'
import { gelu } from '../operations/gelu.ts'
import { affineWeights, readAffine } from './affine-weights.ts'
import { type InitialWeights, onlyInput } from './weights.ts'

interface GeluFeedForwardArgs extends InitialWeights {
  readonly hidden: number
  /** Standard deviations of the two kernels' initial values. */
  readonly deviations?: readonly [hidden: number, output: number]
}

/** Two affine maps with a GELU between them, at every position by itself: `[batch, positions, width]` to the same. */
export class GeluFeedForward extends layers.layers.Layer {
  static readonly className = 'HearsayGeluFeedForward'
  readonly #args: GeluFeedForwardArgs
  #weights: layers.LayerVariable[] = []

  constructor(args: GeluFeedForwardArgs) {
    super({ name: args.name })
    this.#args = args
  }

  override build([, , width]: number[]): void {
    const { hidden, initialise, deviations } = this.#args
    this.#weights = affineWeights(
      [
        { name: 'hidden', from: width, to: hidden, deviation: deviations?.[0] },
        { name: 'output', from: hidden, to: width, deviation: deviations?.[1] },
      ],
      initialise,
      (name, shape, initializer) => this.addWeight(name, shape, 'float32', initializer),
    )
    this.built = true
  }

  override computeOutputShape(shape: number[]): number[] {
    return shape
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = onlyInput(inputs)
      const [batch, positions, width] = input.shape
      const [hidden, output] = readAffine(this.#weights)
      const activated = gelu(affine(tf.reshape(input, [batch * positions, width]), ...hidden))
      return tf.reshape(affine(activated, ...output), input.shape)
    })
  }

  override getConfig() {
    return { ...super.getConfig(), hidden: this.#args.hidden }
  }
}
