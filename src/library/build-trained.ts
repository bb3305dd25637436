import type { LayersModel } from '@tensorflow/tfjs-layers'
import { outputsOf } from '../recipe/recipe.ts'
import type { LearnedModel } from './encode-model.ts'
import { identifyModel } from './identify-model.ts'

/**
 * The recipe's model with these parameters, as it is trained. Another file than the one that was trained would get them too, so it is looked
 * at first.
 *
 * @throws ModelFileError, ModelDigestError
 */
export async function buildTrained({
  recipe,
  parameters,
  frozen,
}: Pick<LearnedModel, 'recipe' | 'parameters' | 'frozen'>): Promise<LayersModel> {
  const { toLayersModel } = await import('../training/layers-model/layers-model.ts')
  const { model } = await identifyModel(recipe)
  return await toLayersModel(model.name, model.shape, model.classes, parameters, outputsOf(model), frozen)
}
