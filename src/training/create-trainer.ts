import { withBegin } from './beginning.ts'
import { checkOptions } from './check-options.ts'
import { fusedModelOf, mayBeFused } from './fused-model.ts'
import { createFusedTrainer } from './fused-trainer.ts'
import { parseModel } from './models.ts'
import type { Trainer } from './trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'

/**
 * The trainer of a model, in this thread: the one that a module brings; else the fused one, for the models that it knows; else
 * TensorFlow.js.
 *
 * @throws UsageError where the options do not fit together, ModelMisfitError where model and data do not
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  checkOptions(options)
  const trainer = (await parseModel(options.model).createTrainer?.(options)) ?? (await createOurs(options))
  if (options.weights === undefined) return trainer
  const beginning = withBegin(trainer)
  await beginning.begin(options.weights)
  return beginning
}

async function createOurs(options: TrainerOptions): Promise<Trainer> {
  const known = fusedModelOf(options)
  if (known !== undefined) return createFusedTrainer(options, known)
  if (mayBeFused(options) && parseModel(options.model).files !== undefined) {
    const { createMadeTrainer } = await import('./create-made-trainer.ts')
    return await createMadeTrainer(options)
  }
  const { createTensorflowTrainer } = await import('./tensorflow-trainer.ts')
  return await createTensorflowTrainer(options)
}
