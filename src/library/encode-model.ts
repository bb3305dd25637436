import type { FrozenPart } from '../parameters/frozen.ts'
import { hashParameters } from '../parameters/hash.ts'
import { type Layout, viewTensors } from '../parameters/layout.ts'
import { encodeSafetensors } from '../parameters/safetensors.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { describeMap } from '../standardise/standardiser.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'
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
  /** The statistics that samples are standardised by, where they are. */
  readonly statistics: AgreedStatistics | undefined
}

/**
 * A model as safetensors: its tensors under the names that they have in TensorFlow.js, batch normalisation's as that has
 * them, frozen ones included, and as metadata `swarm`, `recipe`, `step`, `age`, `parametersHash` (of the tensors as they are in the file) and,
 * where samples are standardised, `standardisation`: JSON with `mean` and `deviation`, by feature.
 */
export function encodeModel({ recipe, swarm, step, age, statistics, ...model }: LearnedModel) {
  const { layout, weights } = wholeWeights(model.layout, model.parameters, model.frozen)
  const metadata = {
    swarm,
    recipe: JSON.stringify(recipe),
    step: `${step}`,
    age: `${age}`,
    parametersHash: hashParameters(weights),
    ...(statistics && { standardisation: JSON.stringify(describeMap(statistics)) }),
  }
  return encodeSafetensors({ tensors: viewTensors(layout, weights), metadata })
}
