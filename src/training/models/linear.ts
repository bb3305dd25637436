import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { ModelFamily } from './family.ts'
import { flatten } from './flatten.ts'

/** Softmax regression: one matrix and a bias. */
export const linear: ModelFamily = {
  name: 'linear',
  usage: 'linear',
  parse(argument) {
    if (argument !== undefined) return undefined
    return {
      name: 'linear',
      connect(layers, input, classes, seedOf) {
        const logits = layers.layers.dense({
          name: 'logits',
          units: classes,
          kernelInitializer: layers.initializers.glorotUniform({ seed: seedOf('logits') }),
        })
        return logits.apply(flatten(layers, input)) as SymbolicTensor
      },
    }
  },
}
