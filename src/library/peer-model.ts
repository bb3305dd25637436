import type { AffineMap } from '../data/affine-map.ts'
import { UsageError } from '../errors.ts'
import type { FrozenPart } from '../parameters/frozen.ts'
import { outputsOf, type Recipe } from '../recipe/recipe.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'
import { optionsOf, requireOptions, value } from '../strict-options.ts'
import type { LayersModelLike } from './layers-model-like.ts'
import { type ModelMaps, mapsOf } from './model-maps.ts'
import type { Peer } from './peer.ts'
import { predictSamples } from './predict-samples.ts'
import { unitsOf } from './units-of.ts'

export interface PeerModelParts {
  readonly recipe: Recipe
  /** Whether the trainer is the caller's own, so that its model is not known here. */
  readonly ownTrainer: boolean
  /** Whether the peer has the weights that its recipe begins from, where it names some. */
  readonly hasWeights: () => boolean
  readonly parameters: () => Float32Array
  /** The trainer's. */
  readonly frozen: FrozenPart | undefined
  /** The statistics that samples are standardised by, once they are known. */
  readonly statistics: () => AgreedStatistics | undefined
  /** The map by which the values that are to be predicted are standardised, where they are. */
  readonly valueMap?: AffineMap
}

const predictArgument = optionsOf<{ readonly inputs: Float32Array }>({
  inputs: value('a Float32Array, [samples, features]', given => given instanceof Float32Array),
})

/** A peer's parameters as a model that takes samples as they are. */
export function createPeerModel(parts: PeerModelParts): Pick<Peer, 'model' | 'predict'> {
  const { recipe, ownTrainer } = parts
  const { shape } = recipe.model
  const features = shape.reduce((product, size) => product * size, 1)

  function requireModel(): void {
    if (ownTrainer) throw new UsageError('the model of a trainer of its own is not TensorFlow.js')
    if (!parts.hasWeights()) {
      throw new UsageError(
        'the peer has no model yet: it fetches the weights that the recipe begins from, once it is started',
      )
    }
  }

  return {
    async model<Model extends LayersModelLike>() {
      requireModel()
      const { wrapModel } = await import('../training/layers-model/wrap-model.ts')
      const { model, maps } = await trainedModelOf(parts)
      const whole: LayersModelLike = wrapModel(model, shape, maps)
      return whole as Model
    },
    async predict(inputs) {
      requireOptions('predict', predictArgument, { inputs })
      requireModel()
      if (inputs.length % features !== 0) {
        throw new UsageError(
          `predict: inputs has ${inputs.length} numbers; it must be a multiple of ${features}, as samples have the shape [${shape.join(', ')}]`,
        )
      }
      const { model, maps } = await trainedModelOf(parts)
      try {
        const all = Float32Array.from(await predictSamples(model, inputs, shape, maps))
        const count = inputs.length / features
        const each = all.length / count
        return Array.from({ length: count }, (_, sample) => all.slice(sample * each, (sample + 1) * each))
      } finally {
        model.dispose()
      }
    },
  }
}

/** The model as it is trained, and what stands between it and samples and predictions as people have them. */
async function trainedModelOf({ recipe, parameters, frozen, statistics, valueMap }: PeerModelParts) {
  const { toLayersModel } = await import('../training/layers-model/layers-model.ts')
  const { name, shape, classes } = recipe.model
  const model = await toLayersModel(name, shape, classes, parameters(), outputsOf(recipe.model), frozen)
  const { features, targets } = mapsOf(recipe, statistics())
  const maps: ModelMaps = { features, targets: targets && unitsOf(recipe, valueMap) }
  return { model, maps }
}
