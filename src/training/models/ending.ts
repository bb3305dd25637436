import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { Layers } from './family.ts'

/** How a model ends. */
export interface Ending {
  /** TensorFlow.js's name of the last activation, `linear` where there is none: `softmax`, `relu`, `LeakyReLU`. */
  readonly activation: string
  /** Name of the layer that has it. */
  readonly layer: string
  /** Whether what it gives is put into another shape or order afterwards. */
  readonly reshaped: boolean
}

/** A layer's last operation: the part of Dense, of Activation and of convolutions that TensorFlow.js does not declare. */
interface WithActivation {
  activation: { getClassName(): string }
}

/** Layers whose outputs are their inputs, in another shape or order, or some of them left out. */
const SHAPING = ['Reshape', 'Flatten', 'Permute', 'RepeatVector', 'Dropout', 'SpatialDropout1D', 'Masking']

/** Layers that are an activation and nothing else. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  ReLU: 'relu',
  LeakyReLU: 'LeakyReLU',
  PReLU: 'PReLU',
  ELU: 'elu',
  ThresholdedReLU: 'ThresholdedReLU',
}

/** The activation that makes this tensor, wherever it is written. */
export function endingOf(output: SymbolicTensor, layers: Layers): Ending {
  const last = output.sourceLayer
  if (last instanceof layers.LayersModel) return endingOf(last.outputs[output.outputTensorIndex ?? 0], layers)
  const applied = appliedBy(last)
  const className = applied.getClassName()
  if (SHAPING.includes(className)) {
    return { ...endingOf(last.getInputAt(output.nodeIndex) as SymbolicTensor, layers), reshaped: true }
  }
  return { activation: activationOf(applied, output), layer: last.name, reshaped: false }
}

function activationOf(layer: layers.Layer, output: SymbolicTensor): string {
  const className = layer.getClassName()
  if (className === 'Softmax') {
    // The layer may be applied at each position, to tensors of one rank less.
    const { axis } = layer as unknown as { axis: number | number[] }
    const ranks = layer === output.sourceLayer ? output.shape.length : output.shape.length - 1
    return [-1, ranks - 1].includes(Number(axis)) ? 'softmax' : `Softmax of axis ${axis}`
  }
  return ACTIVATIONS[className] ?? withActivation(layer)?.activation.getClassName() ?? recurrent(layer) ?? 'linear'
}

/** The activation of a recurrent layer's output, or of the forward one of two; of stacked cells the last. */
function recurrent(layer: object): string | undefined {
  const { cell, cells, forwardLayer } = layer as { cell?: object; cells?: readonly object[]; forwardLayer?: object }
  const inner = cell ?? cells?.at(-1) ?? forwardLayer
  if (inner === undefined) return undefined
  return withActivation(inner)?.activation.getClassName() ?? recurrent(inner)
}

/** The layer, or the one that it applies, where its last operation is an activation. */
export function withActivation(layer: object): WithActivation | undefined {
  const applied = 'getClassName' in layer ? appliedBy(layer as layers.Layer) : layer
  return 'activation' in applied && applied.activation != null ? (applied as WithActivation) : undefined
}

/** The layer that computes: TimeDistributed only says where. */
function appliedBy(layer: layers.Layer): layers.Layer {
  return layer.getClassName() === 'TimeDistributed' ? (layer as unknown as { layer: layers.Layer }).layer : layer
}
