import { outputs } from '../data/dataset.ts'
import { startBackend } from './backend.ts'
import { buildModel, modelVariables } from './layers-model/layers-model.ts'
import { parseModel } from './models.ts'
import type { TrainerOptions } from './trainer-options.ts'
import { readVariables } from './variables.ts'

/**
 * The recipe's initial parameters of a model without statistics or frozen layers, as TensorFlow.js draws them: the same on every
 * backend, so on the one that needs nothing.
 */
export async function drawParameters({
  model,
  shard,
  seed,
}: Pick<TrainerOptions, 'model' | 'shard' | 'seed'>): Promise<Float32Array> {
  const backend = await startBackend('cpu')
  backend.select()
  const { shape, classes } = shard
  const width = outputs(shard) || classes
  const network = await buildModel(parseModel(model), { shape, classes, outputs: width, seed })
  try {
    return await readVariables(modelVariables(network))
  } finally {
    network.dispose()
  }
}
