import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { Layers, ModelRequest } from './family.ts'

/** A layer's last operation: the part of Dense, of Activation and of convolutions that TensorFlow.js does not declare. */
interface WithActivation {
  activation: { getClassName(): string }
}

/**
 * The model without the softmax of its last layer, be it that layer's activation or a layer of its own, of this model
 * or of one that is its last layer: training takes logits, from which softmax and logarithm together are exact. Other
 * models stay as they are.
 *
 * @param model changed in place, or taken over by the result
 */
export function toLogits(model: LayersModel, { layers }: Pick<ModelRequest, 'layers'>): LayersModel {
  // A model with several outputs cannot be trained; the caller refuses it.
  if (model.outputs.length !== 1) return model
  const [output] = model.outputs
  const logits = logitsOf(output, layers)
  return logits === output ? model : layers.model({ inputs: model.inputs, outputs: logits, name: model.name })
}

/** The input of the softmax that makes this tensor; the tensor itself where there is none, or none any more. */
function logitsOf(output: SymbolicTensor, layers: Layers): SymbolicTensor {
  const last = output.sourceLayer
  const input = () => last.getInputAt(output.nodeIndex) as SymbolicTensor
  if (last instanceof layers.LayersModel) {
    const inner = toLogits(last, { layers })
    return inner === last ? output : (inner.apply(input()) as SymbolicTensor)
  }
  const applied = appliedBy(last)
  if (applied.getClassName() === 'Softmax') return input()
  const ending = withActivation(applied)
  const linear = withActivation(layers.layers.dense({ units: 1, activation: 'linear' }))
  if (ending?.activation.getClassName() === 'softmax' && linear !== undefined) ending.activation = linear.activation
  return output
}

/** The layer that computes: TimeDistributed only says where. */
function appliedBy(layer: layers.Layer): layers.Layer {
  return layer.getClassName() === 'TimeDistributed' ? (layer as unknown as { layer: layers.Layer }).layer : layer
}

function withActivation(layer: object): WithActivation | undefined {
  return 'activation' in layer && layer.activation !== null ? (layer as WithActivation) : undefined
}
