import { type Dataset, subset } from '../../../src/data/dataset.ts'
import { trainerOptionsOf } from '../../../src/library/trainer-options.ts'
import type { Recipe } from '../../../src/recipe/recipe.ts'
import { chooseBackend } from '../../../src/training/choose-backend.ts'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import { triggeredTest } from './trigger.ts'

/** The worth of a common model, on images that no peer has seen. */
export interface ModelWorth {
  readonly accuracy: number
  /** Of the images of other classes with the trigger of a backdoor, the share that is taken for its class. */
  readonly triggered: number
}

/** Judges models on test samples, as they are and with the trigger. */
export async function judgeModel(recipe: Recipe, test: Dataset, parameters: Float32Array): Promise<ModelWorth> {
  const { name: backend } = await chooseBackend('wasm')
  const one = subset(test, Int32Array.of(0))
  const [accuracy, triggered] = await Promise.all(
    [test, triggeredTest(test)].map(async samples => {
      const trainer = await createTrainer(trainerOptionsOf(recipe, one, samples, 'judge', backend))
      try {
        return (await trainer.evaluate(parameters)).accuracy
      } finally {
        await trainer.stop()
      }
    }),
  )
  return { accuracy, triggered }
}
