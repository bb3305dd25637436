import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { affine } from '../operations/affine.ts'
import { causalAttention } from '../operations/causal-attention.ts'
import { affineWeights, readAffine } from './affine-weights.ts'
import { type InitialWeights, onlyInput } from './weights.ts'

interface CausalSelfAttentionArgs extends InitialWeights {
  readonly heads: number
  /** Standard deviations of the two kernels' initial values. */
  readonly deviations?: readonly [attention: number, output: number]
}

/** Lets every position of a sequence look at itself and those before it: `[batch, positions, width]` to the same. */
export class CausalSelfAttention extends layers.layers.Layer {
  static readonly className = 'HearsayCausalSelfAttention'
  readonly #args: CausalSelfAttentionArgs
  #weights: layers.LayerVariable[] = []

  constructor(args: CausalSelfAttentionArgs) {
    super({ name: args.name })
    this.#args = args
  }

  override build([, , width]: number[]): void {
    const { initialise, deviations } = this.#args
    this.#weights = affineWeights(
      [
        { name: 'attention', from: width, to: 3 * width, deviation: deviations?.[0] },
        { name: 'output', from: width, to: width, deviation: deviations?.[1] },
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
      const { heads } = this.#args
      const [attention, output] = readAffine(this.#weights)
      const qkv = affine(tf.reshape(input, [batch * positions, width]), ...attention)
      const mixed = causalAttention(qkv, { batch, positions, heads, width: width / heads })
      return tf.reshape(affine(mixed, ...output), input.shape)
    })
  }

  override getConfig() {
    return { ...super.getConfig(), heads: this.#args.heads }
  }
}
