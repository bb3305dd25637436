import { createLayout } from '../parameters/layout.ts'
import { parseRecipe, type Recipe, recipeHash } from '../recipe/recipe.ts'
import { quantitiesOf } from '../standardise/quantities.ts'
import { describedMap, statisticsIn } from '../standardise/standardiser.ts'
import { type AgreedStatistics, agreedIn } from '../standardise/statistics.ts'
import { type ReadState, readState, StateError } from '../storage/state-directory.ts'
import type { LearnedModel } from './encode-model.ts'
import { generationId } from './generation.ts'

/** The model of a peer's last checkpoint. */
export interface StateModel extends LearnedModel {
  /** Whether these are the parameters on which the swarm sealed. */
  readonly sealed: boolean
}

/**
 * Reads the model out of a peer's state folder; the peer may be running.
 *
 * @throws StateError where there is no checkpoint, the recipe is not known, or the swarm had not agreed yet on how samples are
 * standardised; CheckpointFileError where it is damaged
 */
export async function readStateModel(state: string): Promise<StateModel> {
  const read = await readState(state)
  const { swarm, step, age, sealed, parameters } = read.checkpoint
  const recipe = recipeOf(read, state)
  return {
    recipe,
    swarm,
    step,
    age,
    parameters,
    // Whether a tensor is learned is not written in a checkpoint; for what a vector stands for, names are enough.
    layout: createLayout(read.tensors.map(({ name, shape }) => ({ name, shape, trainable: false }))),
    statistics: recipe.data.standardise ? statisticsOf(read, recipe, state) : undefined,
    sealed: sealed !== undefined,
  }
}

/** By what the parameters' samples were standardised; without it they are of no use. */
function statisticsOf(read: ReadState, recipe: Recipe, state: string): AgreedStatistics {
  const { standardisation, means, variations } = read
  if (standardisation !== undefined) {
    try {
      return statisticsIn(describedMap.parse(JSON.parse(standardisation)))
    } catch (cause) {
      throw new StateError(`--state ${state} is damaged: how samples are standardised cannot be read`, { cause })
    }
  }
  const statistics = agreedIn(recipeHash(recipe), quantitiesOf(recipe), means, variations)
  if (statistics !== undefined) return statistics
  throw new StateError(`--state ${state} does not say yet how samples are standardised; the swarm had not agreed on it`)
}

function recipeOf({ recipe: text, checkpoint }: ReadState, state: string): Recipe {
  if (text === undefined) {
    throw new StateError(
      `--state ${state} has a checkpoint, but not its recipe, as those of older versions of hearsay; start and stop the ` +
        'peer once with this version',
    )
  }
  let recipe: Recipe
  try {
    recipe = parseRecipe(JSON.parse(text))
  } catch (cause) {
    throw new StateError(`--state ${state} is damaged: its recipe cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (generationId(recipeHash(recipe), checkpoint.generation?.seals ?? []) === checkpoint.swarm) return recipe
  throw new StateError(`--state ${state} is damaged: its recipe is not that of its checkpoint`)
}
