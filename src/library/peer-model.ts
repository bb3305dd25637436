import type { AffineMap } from '../data/affine-map.ts'
import { UsageError } from '../errors.ts'
import type { FrozenPart } from '../parameters/frozen.ts'
import { outputsOf, type Recipe } from '../recipe/recipe.ts'
import { mapOf } from '../standardise/standardiser.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'
import { optionsOf, requireOptions, value } from '../strict-options.ts'
import type { LayersModelLike } from './layers-model-like.ts'
import type { Peer } from './peer.ts'
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
  /** The map that standardises the values of a regression, as it is now. */
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
      const model: LayersModelLike = await layersModelOf(parts)
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
      const { probabilitiesOf, valuesOf } = await import('../training/layers-model/predict.ts')
      const model = await layersModelOf(parts)
      const answersOf = recipe.objective.task === 'regress' ? valuesOf : probabilitiesOf
      try {
        return await answersOf(model, inputs, shape)
      } finally {
        model.dispose()
      }
    },
  }
}

/** From samples as they are to logits, or to values in the units of the data. */
async function layersModelOf({
  recipe,
  parameters,
  frozen,
  statistics,
  valueMap,
}: PeerModelParts): Promise<import('@tensorflow/tfjs-layers').LayersModel> {
  const { toLayersModel } = await import('../training/layers-model/layers-model.ts')
  const { model } = recipe
  const { name, shape, classes } = model
  const agreed = statistics()
  let whole = await toLayersModel(name, shape, classes, parameters(), outputsOf(model), frozen)
  if (agreed !== undefined) {
    const { prependMap } = await import('../training/layers-model/prepend-map.ts')
    whole = prependMap(whole, shape, mapOf(agreed))
  }
  if (model.outputs === undefined) return whole
  const { appendMap } = await import('../training/layers-model/append-map.ts')
  return appendMap(whole, unitsOf(recipe, valueMap))
}
