import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { DEFAULT_LANGUAGE_SIZE, EMBEDDED_TOKENS, EMBEDDING_DEVIATION, FEED_FORWARD_FACTOR } from '../constants.ts'
import { connectModel } from './connect.ts'
import type { Model, ModelFamily, ModelRequest } from './family.ts'

/** How large a language model is. */
export interface LanguageSize {
  readonly layers: number
  readonly heads: number
  readonly width: number
}

const SIZE = /^([1-9]\d?),([1-9]\d?),([1-9]\d{0,3})$/

/** A small GPT (Radford et al., 2018 and 2019): reads characters and tells, at each position, which one is next. */
export const language: ModelFamily = {
  parse(argument) {
    if (argument === undefined) return transformer(DEFAULT_LANGUAGE_SIZE)
    const [, layers, heads, width] = (SIZE.exec(argument) ?? []).map(Number)
    // Every head has the same share of the width.
    if (layers === undefined || width % heads !== 0) return undefined
    return transformer({ layers, heads, width })
  },
}

function transformer(size: LanguageSize): Model {
  return {
    name: `language:${size.layers},${size.heads},${size.width}`,
    misfit: (shape, sequences) =>
      shape.length === 1 && sequences !== false ? undefined : 'it takes sequences of classes, [positions]',
    build: request => build(request, size),
  }
}

/**
 * Pre-norm blocks, which need no warm-up to be stable (Xiong et al., 2020). Their kernels start from N(0, 1/inputs);
 * those that write to the residual stream are scaled down by √(2 layers), so that it does not grow with depth (GPT-2,
 * section 2.3).
 */
async function build(request: ModelRequest, size: LanguageSize) {
  const { CausalSelfAttention } = await import('../layers/causal-self-attention.ts')
  const { GeluFeedForward } = await import('../layers/gelu-feed-forward.ts')
  const { LayerNorm } = await import('../layers/layer-norm.ts')
  const { TokenEmbedding } = await import('../layers/token-embedding.ts')
  const { layers, classes } = request
  const { width, heads } = size
  const hidden = FEED_FORWARD_FACTOR * width
  const toResidual = (inputs: number) => 1 / Math.sqrt(inputs * 2 * size.layers)

  return connectModel(request, (input, seedOf) => {
    const initialiseOf = (name: string) => (weight: string, stddev: number) =>
      layers.initializers.randomNormal({ stddev, seed: seedOf(`${name}/${weight}`) })
    const residual = (name: string, stream: SymbolicTensor, branch: SymbolicTensor) =>
      layers.layers.add({ name }).apply([stream, branch]) as SymbolicTensor
    const norm = (name: string, stream: SymbolicTensor) => new LayerNorm({ name }).apply(stream) as SymbolicTensor

    const embedding = new TokenEmbedding({
      name: 'embedding',
      classes,
      width,
      span: EMBEDDED_TOKENS,
      initialise: initialiseOf('embedding'),
    })
    let stream = embedding.apply(input) as SymbolicTensor
    for (let block = 1; block <= size.layers; block++) {
      const attention = new CausalSelfAttention({
        name: `attention${block}`,
        heads,
        initialise: initialiseOf(`attention${block}`),
        deviations: [1 / Math.sqrt(width), toResidual(width)],
      })
      const attended = attention.apply(norm(`attention_norm${block}`, stream)) as SymbolicTensor
      stream = residual(`attention_sum${block}`, stream, attended)
      const feedForward = new GeluFeedForward({
        name: `feed_forward${block}`,
        hidden,
        initialise: initialiseOf(`feed_forward${block}`),
        deviations: [1 / Math.sqrt(width), toResidual(hidden)],
      })
      const thought = feedForward.apply(norm(`feed_forward_norm${block}`, stream)) as SymbolicTensor
      stream = residual(`feed_forward_sum${block}`, stream, thought)
    }
    const head = layers.layers.dense({
      name: 'logits',
      units: classes,
      kernelInitializer: initialiseOf('logits')('kernel', EMBEDDING_DEVIATION),
    })
    return head.apply(norm('norm', stream)) as SymbolicTensor
  })
}
