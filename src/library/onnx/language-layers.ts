import { LAYER_NORM_EPSILON } from '../../training/constants.ts'
import { elementNumber } from './encode-onnx.ts'
import { type Graph, listOf } from './graph.ts'
import { affine, type Converter, constantOf } from './layer-converter.ts'

/** The layers of hearsay's own that language models are made of, by the names of their classes. */
export const languageConverters: Readonly<Record<string, Converter>> = {
  HearsayTokenEmbedding({ graph, inputs, weights: [tokens, positions], inputShapes: [[length]], config }) {
    const classes = Number(config.classes)
    const span = Number(config.span)
    const ids = graph.add('Cast', [inputs[0]], { to: elementNumber('int64') })
    const all = graph.constant(
      [1, 1, classes],
      BigInt64Array.from({ length: classes }, (_, id) => BigInt(id)),
    )
    const equal = graph.add('Equal', [graph.add('Unsqueeze', [ids, listOf(graph, [2])]), all])
    const chosen = graph.add('Cast', [equal], { to: elementNumber('float') })
    // Before the first position nothing is chosen.
    const padded = graph.add('Pad', [chosen, listOf(graph, [0, span - 1, 0, 0, 0, 0])])
    const recent = Array.from({ length: span }, (_, back) => between(graph, padded, 1, span - 1 - back, length))
    const rows = graph.add('MatMul', [graph.add('Concat', recent, { axis: 2 }), constantOf(graph, tokens)])
    return graph.add('Add', [rows, constantOf(graph, positions)])
  },

  HearsayCausalSelfAttention({ graph, inputs, weights, inputShapes: [[length, width]], config }) {
    const [attention, attentionBias, output, outputBias] = weights
    const heads = Number(config.heads)
    const each = width / heads
    const qkv = affine(graph, inputs[0], attention, attentionBias)
    const apart = graph.add('Reshape', [qkv, listOf(graph, [-1, length, 3 * heads, each])])
    const byHead = graph.add('Transpose', [apart], { perm: [0, 2, 1, 3] })
    const [queries, keys, values] = [0, 1, 2].map(part => between(graph, byHead, 1, part * heads, heads))
    const products = graph.add('MatMul', [queries, graph.add('Transpose', [keys], { perm: [0, 1, 3, 2] })])
    const scores = graph.add('Mul', [products, graph.constant([], Float32Array.of(1 / Math.sqrt(each)))])
    const seen = graph.add('Add', [scores, graph.constant([length, length], maskOf(length))])
    const mixed = graph.add('MatMul', [graph.add('Softmax', [seen], { axis: -1 }), values])
    const together = graph.add('Transpose', [mixed], { perm: [0, 2, 1, 3] })
    return affine(graph, graph.add('Reshape', [together, listOf(graph, [-1, length, width])]), output, outputBias)
  },

  HearsayGeluFeedForward({ graph, inputs, weights: [hidden, hiddenBias, output, outputBias] }) {
    return affine(graph, gelu(graph, affine(graph, inputs[0], hidden, hiddenBias)), output, outputBias)
  },

  HearsayLayerNorm: ({ graph, inputs, weights: [gamma, beta] }) =>
    graph.add('LayerNormalization', [inputs[0], constantOf(graph, gamma), constantOf(graph, beta)], {
      axis: -1,
      epsilon: LAYER_NORM_EPSILON,
    }),
}

/** So many along an axis, from one on. */
function between(graph: Graph, value: string, axis: number, from: number, count: number): string {
  return graph.add('Slice', [value, listOf(graph, [from]), listOf(graph, [from + count]), listOf(graph, [axis])])
}

/** Far enough below any score that its exponential is 0 in float32. */
const UNSEEN = -1e9

/** `[length, length]`: what a position must not see is after it. */
function maskOf(length: number): Float32Array {
  return Float32Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? UNSEEN : 0))
}

/** 2 √(2/π), and 0.044715 times it, of the approximation by tanh, as {@link gelu} of the layers computes it with the logistic function. */
const LINEAR = 2 * Math.sqrt(2 / Math.PI)
const CUBIC = 0.044715 * LINEAR

function gelu(graph: Graph, x: string): string {
  const scalar = (value: number) => graph.constant([], Float32Array.of(value))
  const square = graph.add('Mul', [x, x])
  const slope = graph.add('Add', [graph.add('Mul', [square, scalar(CUBIC)]), scalar(LINEAR)])
  return graph.add('Mul', [x, graph.add('Sigmoid', [graph.add('Mul', [x, slope])])])
}
