import { UsageError } from '../errors.ts'
import { outputsOf, type Recipe } from '../recipe/recipe.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'
import { optionsOf, requireOptions, value } from '../strict-options.ts'
import type { LayersModelLike } from './layers-model-like.ts'
import { mapsOf } from './model-maps.ts'
import type { Peer } from './peer.ts'

export interface PeerModelParts {
  readonly recipe: Recipe
  /** Whether the trainer is the caller's own, so that its model is not known here. */
  readonly ownTrainer: boolean
  readonly parameters: () => Float32Array
  /** The statistics that samples are standardised by, once they are known. */
  readonly statistics: () => AgreedStatistics | undefined
}

const predictArgument = optionsOf<{ readonly inputs: Float32Array }>({
  inputs: value('a Float32Array, [samples, features]', given => given instanceof Float32Array),
})

/** A peer's parameters as a model that takes samples as they are. */
export function createPeerModel(parts: PeerModelParts): Pick<Peer, 'model' | 'predict'> {
  const { recipe, ownTrainer, parameters, statistics } = parts
  const { shape } = recipe.model
  const features = shape.reduce((product, size) => product * size, 1)

  function requireModel(): void {
    if (ownTrainer) throw new UsageError('the model of a trainer of its own is not TensorFlow.js')
  }

  return {
    async model<Model extends LayersModelLike>() {
      requireModel()
      const model: LayersModelLike = await layersModelOf(recipe, parameters(), statistics())
      return model as Model
    },
    async predict(inputs) {
      requireOptions('predict', predictArgument, { inputs })
      requireModel()
      if (inputs.length % features !== 0) {
        throw new UsageError(
          `predict: inputs has ${inputs.length} numbers; it must be a multiple of ${features}, as samples have the shape [${shape.join(', ')}]`,
        )
      }
      const { predictionsOf } = await import('../training/layers-model/predict.ts')
      const { targets } = mapsOf(recipe, statistics())
      const model = await layersModelOf(recipe, parameters(), statistics())
      try {
        const all = await predictionsOf(model, inputs, shape, targets === undefined ? 'probabilities' : 'values')
        const count = inputs.length / features
        const each = all.length / count
        return Array.from({ length: count }, (_, sample) => all.slice(sample * each, (sample + 1) * each))
      } finally {
        model.dispose()
      }
    },
  }
}

async function layersModelOf(
  recipe: Recipe,
  parameters: Float32Array,
  statistics: AgreedStatistics | undefined,
): Promise<import('@tensorflow/tfjs-layers').LayersModel> {
  const { toLayersModel } = await import('../training/layers-model/layers-model.ts')
  const { wrapModel } = await import('../training/layers-model/wrap-model.ts')
  const { name, shape } = recipe.model
  return wrapModel(
    await toLayersModel(name, shape, outputsOf(recipe.model), parameters),
    shape,
    mapsOf(recipe, statistics),
  )
}
