import * as tf from '@tensorflow/tfjs-core'
import { CausalSelfAttention } from './causal-self-attention.ts'
import { GeluFeedForward } from './gelu-feed-forward.ts'
import { LayerNorm } from './layer-norm.ts'
import { TokenEmbedding } from './token-embedding.ts'

/** Makes the layers of this folder known to TensorFlow.js, so that saved models which have them can be loaded. */
export function registerLayers(): void {
  for (const layer of [TokenEmbedding, CausalSelfAttention, GeluFeedForward, LayerNorm]) {
    tf.serialization.registerClass(layer)
  }
}
