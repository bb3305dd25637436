import { z } from 'zod'
import type { FrozenPart } from '../parameters/frozen.ts'
import { createLayout } from '../parameters/layout.ts'
import type { NamedTensor } from '../parameters/safetensors.ts'
import { concatenated } from '../parameters/vectors.ts'
import { parseRecipe, type Recipe, recipeHash, recipeHashWithPath } from '../recipe/recipe.ts'
import { quantitiesOf } from '../standardise/quantities.ts'
import { describedMap, statisticsIn } from '../standardise/standardiser.ts'
import { type AgreedStatistics, agreedIn } from '../standardise/statistics.ts'
import { decodeSealed } from '../storage/sealed-safetensors.ts'
import { type ReadState, readState, StateError } from '../storage/state-directory.ts'
import type { LearnedModel } from './encode-model.ts'
import { generationId } from './generation.ts'

/** The model of a peer's last checkpoint. */
export interface StateModel extends LearnedModel {
  /** Whether these are the parameters on which the swarm sealed. */
  readonly sealed: boolean
  readonly state: string
  /** What is damaged of the state, and is not in the model. */
  readonly warnings: readonly string[]
  /** The seed by which the peer's data were split; absent where the state does not say. */
  readonly splitSeed?: number | string
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
    state,
    warnings: read.warnings,
    recipe,
    swarm,
    step,
    age,
    parameters,
    // Whether a tensor is learned is not written in a checkpoint; for what a vector stands for, names are enough.
    layout: createLayout(read.tensors.map(({ name, shape }) => ({ name, shape, trainable: false }))),
    frozen: frozenIn(read, state),
    statistics: recipe.data.standardise ? statisticsOf(read, recipe, state) : undefined,
    sealed: sealed !== undefined,
    splitSeed: splitSeedIn(read, state),
  }
}

const splitSchema = z.object({ seed: z.union([z.number(), z.string()]) })

function splitSeedIn({ split }: ReadState, state: string): number | string | undefined {
  if (split === undefined) return undefined
  try {
    return splitSchema.parse(JSON.parse(split)).seed
  } catch (cause) {
    throw new StateError(`--state ${state} is damaged: how its data were split cannot be read`, { cause })
  }
}

/** The weights that are in no checkpoint, because their layers are frozen; undefined where there are none. */
function frozenIn({ weights, tensors }: ReadState, state: string): FrozenPart | undefined {
  if (weights === undefined) return undefined
  const moving = new Set(tensors.map(({ name }) => name))
  let whole: readonly NamedTensor[]
  try {
    whole = decodeSealed(weights).tensors
  } catch (cause) {
    throw new StateError(`--state ${state} is damaged: the weights that it begins with cannot be read`, { cause })
  }
  const frozen = whole.filter(({ name }) => !moving.has(name))
  if (frozen.length === 0) return undefined
  const layout = createLayout(
    whole.map(({ name, shape }) => ({ name, shape, trainable: false, ...(!moving.has(name) && { frozen: true }) })),
  )
  return { layout, values: concatenated(frozen.map(({ data }) => data)) }
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
  // Only states of 0.1 have none, and nothing of the peer's contribution. What the swarm agreed on since may be other figures than these
  // parameters were trained by.
  if (read.checkpoint.contribution !== undefined) {
    throw new StateError(
      `--state ${state} does not say how samples are standardised: the swarm had not agreed on it yet, or standardisation.json was removed`,
    )
  }
  const quantities = quantitiesOf(recipe)
  const statistics =
    agreedIn(recipeHash(recipe), quantities, means, variations) ??
    agreedIn(recipeHashWithPath(recipe), quantities, means, variations)
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
  const seals = checkpoint.generation?.seals ?? []
  // States of 0.1 are of a swarm of which the path of the model's file was a part.
  const ids = [recipeHash(recipe), recipeHashWithPath(recipe)].map(hash => generationId(hash, seals))
  if (ids.includes(checkpoint.swarm)) return recipe
  throw new StateError(`--state ${state} is damaged: its recipe is not that of its checkpoint`)
}
