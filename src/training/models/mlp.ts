import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { DEFAULT_HIDDEN_UNITS } from '../constants.ts'
import { connectModel } from './connect.ts'
import type { Model, ModelFamily } from './family.ts'
import { flatten } from './flatten.ts'
import { logits } from './logits.ts'
import { sequencesMisfit } from './one-answer.ts'

/** One layer or more, none wider than five digits: a wider one is a slip of the finger. */
const HIDDEN_UNITS = /^[1-9]\d{0,4}(,[1-9]\d{0,4})*$/

/** Dense layers with ReLU between them. */
export const mlp: ModelFamily = {
  parse(argument) {
    if (argument === undefined) return perceptron(DEFAULT_HIDDEN_UNITS)
    return HIDDEN_UNITS.test(argument) ? perceptron(argument.split(',').map(Number)) : undefined
  },
}

function perceptron(hiddenUnits: readonly number[]): Model {
  return {
    name: `mlp:${hiddenUnits.join(',')}`,
    misfit: (_shape, sequences) => sequencesMisfit(sequences),
    build: async request =>
      connectModel(request, (input, seedOf) => {
        const { layers } = request
        let output = flatten(layers, input)
        for (const [index, units] of hiddenUnits.entries()) {
          const name = `hidden${index + 1}`
          const hidden = layers.layers.dense({
            name,
            units,
            activation: 'relu',
            // He et al., "Delving deep into rectifiers" (2015): a ReLU halves the variance, so the weights have twice
            // that of Glorot's.
            kernelInitializer: layers.initializers.heUniform({ seed: seedOf(name) }),
          })
          output = hidden.apply(output) as SymbolicTensor
        }
        return logits(request, seedOf).apply(output) as SymbolicTensor
      }),
  }
}
