import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { EMBEDDING_DEVIATION } from '../constants.ts'
import { embed } from '../operations/embed.ts'
import { type InitialWeights, onlyInput } from './weights.ts'

interface TokenEmbeddingArgs extends InitialWeights {
  readonly classes: number
  readonly width: number
  /** Tokens that a position sees: itself, and so many less one before it. */
  readonly span: number
}

/**
 * Embedding of a token, of those right before it, and of its position: `[batch, positions]` of class indices to
 * `[batch, positions, width]`.
 */
export class TokenEmbedding extends layers.layers.Layer {
  static readonly className = 'HearsayTokenEmbedding'
  readonly #args: TokenEmbeddingArgs
  #tokens?: layers.LayerVariable
  #positions?: layers.LayerVariable

  constructor(args: TokenEmbeddingArgs) {
    super({ name: args.name })
    this.#args = args
  }

  override build([, positions]: number[]): void {
    const { classes, width, span, initialise } = this.#args
    const add = (name: string, rows: number) =>
      this.addWeight(
        name,
        [rows, width],
        'float32',
        initialise?.(name, EMBEDDING_DEVIATION) ?? layers.initializers.zeros(),
      )
    this.#tokens = add('tokens', span * classes)
    this.#positions = add('positions', positions)
    this.built = true
  }

  override computeOutputShape([batch, positions]: number[]): number[] {
    return [batch, positions, this.#args.width]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const ids = tf.cast(onlyInput(inputs), 'int32') as tf.Tensor as tf.Tensor2D
      const [tokens, positions] = [this.#tokens, this.#positions].map(weight => weight?.read() as tf.Tensor2D)
      return embed(ids, tokens, positions, this.#args.classes)
    })
  }

  override getConfig() {
    const { classes, width, span } = this.#args
    return { ...super.getConfig(), classes, width, span }
  }
}
