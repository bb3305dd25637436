import type { FrozenPart } from '../parameters/frozen.ts'
import { hashParameters } from '../parameters/hash.ts'
import { type Layout, viewTensors } from '../parameters/layout.ts'
import { encodeSafetensors } from '../parameters/safetensors.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { describeMap } from '../standardise/standardiser.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'
import { featureNames } from '../table/schema.ts'
import { wholeWeights } from '../training/layers-model/whole-weights.ts'

/** A model, and all that a program must know to use it. */
export interface LearnedModel {
  readonly recipe: Recipe
  /** The swarm's id. */
  readonly swarm: string
  readonly layout: Layout
  /** `[parameters]`, as peers average them. */
  readonly parameters: Float32Array
  /** The peer's, where the model has such a part. */
  readonly frozen?: FrozenPart
  readonly step: number
  readonly age: number
  /** What was agreed on, by which samples are standardised where the recipe says so. */
  readonly statistics: AgreedStatistics | undefined
}

/** What every export says of its model, as a document. */
export interface ModelDescription {
  readonly swarm: string
  readonly recipe: Recipe
  readonly step: number
  readonly age: number
  /** `[features]`: their names, where samples are rows of a table. */
  readonly features?: readonly string[]
  /**
   * By feature, where samples are standardised, of values less their column's origin; and by target, where those are. A missing number is
   * to be given as the mean.
   */
  readonly standardisation?: ReturnType<typeof describeMap>
}

export function describeModel({ recipe, swarm, step, age, statistics }: LearnedModel): ModelDescription {
  const { table } = recipe.data
  return {
    swarm,
    recipe,
    step,
    age,
    ...(table && { features: featureNames(table) }),
    ...(recipe.data.standardise && statistics && { standardisation: describeMap(statistics) }),
  }
}

/**
 * A model as safetensors: its tensors under the names that they have in TensorFlow.js, batch normalisation's as that has
 * them, frozen ones included, and as metadata `swarm`, `recipe`, `step`, `age`, `parametersHash` (of the tensors as they are in the file) and,
 * of tables, `features`: JSON of their names; where samples are standardised, `standardisation`: JSON with `mean` and `deviation`, by
 * feature, and where they are, `targets` with the same; where tensors are frozen, `frozen`: JSON of their names.
 */
export function encodeModel(model: LearnedModel) {
  const { layout, weights } = wholeWeights(model.layout, model.parameters, model.frozen)
  const frozen = layout.tensors.flatMap(tensor => (tensor.frozen ? [tensor.name] : []))
  const { swarm, ...facts } = describeModel(model)
  const metadata = Object.entries(facts).map(([name, value]) => [name, JSON.stringify(value)])
  return encodeSafetensors({
    tensors: viewTensors(layout, weights),
    metadata: {
      swarm,
      ...Object.fromEntries(metadata),
      parametersHash: hashParameters(weights),
      ...(frozen.length > 0 && { frozen: JSON.stringify(frozen) }),
    },
  })
}
