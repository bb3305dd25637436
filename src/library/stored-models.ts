/**
 * Models in the files that {@link exportModel} and `--save` write.
 *
 * @packageDocumentation
 */

import { join } from 'node:path'
import { z } from 'zod'
import { createLayout } from '../parameters/layout.ts'
import { decodeSafetensors, type Safetensors, SafetensorsError } from '../parameters/safetensors.ts'
import { concatenated } from '../parameters/vectors.ts'
import { parseRecipe, type Recipe } from '../recipe/recipe.ts'
import { describedMap, statisticsIn } from '../standardise/standardiser.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'
import type { ReadLayersModel } from '../training/layers-model/read-layers-model.ts'
import { type ModelParts, partsOfWeights } from '../training/layers-model/whole-weights.ts'
import { LoadModelError } from './load-model-error.ts'
import { mapsOf } from './model-maps.ts'

/** A model as a file or a folder has it. */
export interface StoredModel extends ModelParts {
  readonly recipe: Recipe
  readonly swarm: string
  readonly statistics?: AgreedStatistics
  readonly sealed?: boolean
  /** The state folder of a peer, where it is from one. */
  readonly state?: string
  /** What is damaged of a state, and is not in the model. */
  readonly warnings?: readonly string[]
  /** The seed by which the data of the peer were split whose state this is. */
  readonly splitSeed?: number | string
  /** The model itself, as it was trained, where the file has more than its parameters. */
  readonly built?: Pick<ReadLayersModel, 'model' | 'dispose'>
}

const descriptionSchema = z.object({
  swarm: z.string(),
  recipe: z.unknown(),
  sealed: z.boolean().optional(),
  standardisation: describedMap.optional(),
  frozen: z.array(z.string()).optional(),
})

/** What a file says of its model. */
interface Described extends Pick<StoredModel, 'recipe' | 'swarm' | 'statistics' | 'sealed'> {
  /** Names of the tensors that are frozen, where the file alone would not tell. */
  readonly frozenNames?: readonly string[]
}

/**
 * A model out of safetensors as {@link encodeModel} makes them.
 *
 * @param expected what could have been there, for the message that this is none
 * @throws LoadModelError
 */
export function readSafetensorsModel(file: string, bytes: Uint8Array, expected: string): StoredModel {
  let content: Safetensors
  try {
    content = decodeSafetensors(bytes)
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause
    throw new LoadModelError(`${file} is no model that hearsay has written: ${cause.message}; ${expected}`, { cause })
  }
  const { tensors, metadata } = content
  const { swarm, recipe, standardisation, frozen } = metadata
  if (recipe === undefined) throw withoutRecipe(file)
  const { frozenNames, ...described } = readDescription(file, {
    swarm,
    recipe: parseJson(file, 'recipe', recipe),
    standardisation: standardisation && parseJson(file, 'standardisation', standardisation),
    frozen: frozen && parseJson(file, 'frozen', frozen),
  })
  // Whether a tensor is learned is not written; for what a vector stands for, names are enough.
  const isFrozen = new Set(frozenNames)
  const layout = createLayout(
    tensors.map(({ name, shape }) => ({ name, shape, trainable: false, ...(isFrozen.has(name) && { frozen: true }) })),
  )
  return { ...described, ...partsOfWeights({ layout, weights: concatenated(tensors.map(({ data }) => data)) }) }
}

/**
 * A model out of a folder in TensorFlow.js's format. It is in there as a whole, so that what it was made from need not be at hand.
 *
 * @throws LoadModelError; ModelFileError where the folder is damaged
 */
export async function readLayersModelFolder(folder: string): Promise<StoredModel> {
  const { readModelJson } = await import('../training/layers-model/model-json.ts')
  const file = join(folder, 'model.json')
  const { userDefinedMetadata } = await readModelJson(file)
  const given = (userDefinedMetadata as { hearsay?: object } | undefined)?.hearsay
  if (given === undefined) throw withoutRecipe(file)
  const { frozenNames: _, ...described } = readDescription(file, given)
  const { features, targets } = mapsOf(described.recipe, described.statistics)
  const isWrapped = features !== undefined || targets !== undefined
  const { readLayersModel } = await import('../training/layers-model/read-layers-model.ts')
  const { layout, parameters, frozen, ...built } = await readLayersModel(file, isWrapped)
  return { ...described, layout, parameters, frozen, built }
}

function readDescription(file: string, given: object): Described {
  const parsed = descriptionSchema.safeParse(given)
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues
    throw new LoadModelError(`${file} is damaged: ${path.join('.')} of what it says of its model: ${message}`)
  }
  const { swarm, sealed, standardisation, frozen: frozenNames } = parsed.data
  let recipe: Recipe
  try {
    recipe = parseRecipe(parsed.data.recipe)
  } catch (cause) {
    throw new LoadModelError(`${file}: its recipe cannot be read: ${(cause as Error).message}`, { cause })
  }
  if (recipe.data.standardise && standardisation === undefined) {
    throw new LoadModelError(
      `${file} does not say how samples are standardised, and its recipe says that they are: export it anew with this ` +
        "version of hearsay, from the peer's state",
    )
  }
  return { recipe, swarm, sealed, statistics: standardisation && statisticsIn(standardisation), frozenNames }
}

function parseJson(file: string, field: string, json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new LoadModelError(`${file} is damaged: its ${field} is not JSON`, { cause })
  }
}

function withoutRecipe(file: string): LoadModelError {
  return new LoadModelError(
    `${file} does not say of which recipe it is, so nobody knows its inputs and its classes: take one that hearsay export ` +
      'or --save has written',
  )
}
