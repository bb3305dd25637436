import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { ModelRequest } from './family.ts'

/** What a layer does last: the part of Dense, of Activation and of convolutions that TensorFlow.js does not declare. */
interface WithActivation {
  activation: { getClassName(): string }
}

/**
 * The model without the softmax of its last layer, be it that layer's activation or a layer of its own: training takes
 * logits, from which softmax and logarithm together are exact. Other models stay as they are.
 *
 * @param model changed in place, or taken over by the result
 */
export function toLogits(model: LayersModel, { layers }: ModelRequest): LayersModel {
  const last = model.outputs[0].sourceLayer
  if (last.getClassName() === 'Softmax') {
    return layers.model({ inputs: model.inputs, outputs: last.input, name: model.name })
  }
  const ending = withActivation(last)
  const linear = withActivation(layers.layers.dense({ units: 1, activation: 'linear' }))
  if (ending?.activation.getClassName() === 'softmax' && linear !== undefined) ending.activation = linear.activation
  return model
}

function withActivation(layer: object): WithActivation | undefined {
  return 'activation' in layer && layer.activation !== null ? (layer as WithActivation) : undefined
}
