import { features, outputs } from '../data/dataset.ts'
import { createLayout } from '../parameters/layout.ts'
import { startBackend } from './backend.ts'
import { createFusedTrainer } from './fused-trainer.ts'
import { fusedLayersOf } from './layers-model/fused-layers.ts'
import { buildModel, requireTargets, tensorSpecs } from './layers-model/layers-model.ts'
import { parseModel } from './models.ts'
import { createTensorflowTrainer } from './tensorflow-trainer.ts'
import type { Trainer } from './trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'

/**
 * The trainer of a model from a file, of which nothing is known before it is made: the fused one where it knows all of its layers, else
 * TensorFlow.js with the model that was made.
 *
 * @throws as `createTensorflowTrainer` does
 */
export async function createMadeTrainer(options: TrainerOptions): Promise<Trainer> {
  const { shard, seed } = options
  const { shape, classes } = shard
  const width = outputs(shard) || classes
  const backend = await startBackend(options.backend, options.gpu)
  backend.select()
  const model = parseModel(options.model)
  const network = await buildModel(model, { shape, classes, outputs: width, seed })
  const layers = fusedLayersOf(network)
  if (layers === undefined) return await createTensorflowTrainer(options, network)
  try {
    requireTargets(model, network, shard)
    const layout = createLayout(tensorSpecs(network))
    return createFusedTrainer(options, { features: features(shard), classes, outputs: width, layers, layout })
  } finally {
    network.dispose()
  }
}
