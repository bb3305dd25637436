import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { connectModel } from './connect.ts'
import type { ModelFamily } from './family.ts'
import { flatten } from './flatten.ts'
import { logits } from './logits.ts'
import { sequencesMisfit } from './one-answer.ts'

/** Softmax regression: one matrix and a bias. */
export const linear: ModelFamily = {
  parse(argument) {
    if (argument !== undefined) return undefined
    return {
      name: 'linear',
      misfit: (_shape, sequences) => sequencesMisfit(sequences),
      build: async request =>
        connectModel(
          request,
          (input, seedOf) => logits(request, seedOf).apply(flatten(request.layers, input)) as SymbolicTensor,
        ),
    }
  },
}
