/**
 * A peer's model out of its state, for other programs.
 *
 * @packageDocumentation
 */

import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { UsageError } from '../errors.ts'
import type { FrozenPart } from '../parameters/frozen.ts'
import { hashParameters } from '../parameters/hash.ts'
import { createLayout, type Layout } from '../parameters/layout.ts'
import { decodeSafetensors, type NamedTensor } from '../parameters/safetensors.ts'
import { concatenated } from '../parameters/vectors.ts'
import { outputsOf, parseRecipe, type Recipe, recipeHash, recipeHashWithPath } from '../recipe/recipe.ts'
import { quantitiesOf } from '../standardise/quantities.ts'
import { mapOf } from '../standardise/standardiser.ts'
import { type AgreedStatistics, agreedIn } from '../standardise/statistics.ts'
import { writeAtomically } from '../storage/atomic-file.ts'
import { writeFolderAtomically } from '../storage/atomic-folder.ts'
import type { ReadCheckpoint } from '../storage/checkpoint-file.ts'
import { type ReadState, readState, StateError } from '../storage/state-directory.ts'
import { optionsOf, requireOptions, text } from '../strict-options.ts'
import type { LeftOut } from '../training/models/to-logits.ts'
import { encodeModel } from './encode-model.ts'
import { generationId } from './generation.ts'
import { identifyModel } from './identify-model.ts'
import { unitsOf } from './units-of.ts'

/** The model cannot be exported there, or not in this form. */
export class ExportError extends UsageError {
  override readonly name = 'ExportError'
}

export interface ExportOptions {
  /** A peer's state folder. The peer may be running: what is exported is its last checkpoint. */
  readonly state: string
  /** A file that ends in `.safetensors`, or else a folder, for TensorFlow.js's format. Neither may exist. */
  readonly to: string
}

export interface ExportedModel {
  readonly format: 'safetensors' | 'tfjs'
  readonly recipe: Recipe
  /** The swarm's id. */
  readonly swarm: string
  readonly step: number
  readonly age: number
  /** Whether these are the parameters on which the swarm sealed. */
  readonly sealed: boolean
  /** Hex SHA-256 of the peer's parameters; with batch normalisation, what is exported is what they stand for. */
  readonly parametersHash: string
}

const exportOptions = optionsOf<ExportOptions>({ state: text, to: text })

const SAFETENSORS = '.safetensors'

/**
 * Writes the model of a peer's last checkpoint as {@link encodeModel} does, or as a LayersModel that `tf.loadLayersModel`
 * reads; its output is logits, whatever the model ended in. That carries the recipe as user-defined metadata, with `leftOut`, the softmax
 * or the sigmoid of one unit that it ended in before, and where the swarm standardises samples,
 * it begins with layers that do so. A model with layers that TensorFlow.js does not have, as `language`, is read back where
 * hearsay has registered them: as the model `tfjs:FILE`.
 *
 * @throws StateError where there is no checkpoint, or the recipe is not known
 * @throws ExportError where `to` exists or is no place for a model, or TensorFlow.js cannot build it
 * @throws WriteError
 */
export async function exportModel(options: ExportOptions): Promise<ExportedModel> {
  requireOptions('exportModel', exportOptions, options)
  const { state, to } = options
  const format = formatOf(to)
  await requireFree(to)
  const read = await readState(state)
  const { swarm, step, age, sealed, parameters } = read.checkpoint
  const recipe = recipeOf(read, state)
  const facts = { swarm, step, age, parametersHash: hashParameters(parameters) }
  const statistics = recipe.data.standardise ? statisticsOf(read, recipe, state) : undefined
  const frozen = frozenIn(read, state)
  if (format === 'safetensors') {
    await writeAtomically(to, encodeModel({ recipe, layout: layoutOf(read), parameters, frozen, statistics, ...facts }))
  } else await writeLayersModel(to, parameters, frozen, recipe, facts, statistics)
  return { format, recipe, ...facts, sealed: sealed !== undefined }
}

interface Facts {
  readonly swarm: string
  readonly step: number
  readonly age: number
  readonly parametersHash: string
}

/** Whether a tensor is learned is not written in a checkpoint; for what a vector stands for, names are enough. */
function layoutOf({ tensors }: ReadCheckpoint): Layout {
  return createLayout(tensors.map(({ name, shape }) => ({ name, shape, trainable: false })))
}

/** The weights that are in no checkpoint, because their layers are frozen; undefined where there are none. */
function frozenIn({ weights, tensors }: ReadState, state: string): FrozenPart | undefined {
  if (weights === undefined) return undefined
  const moving = new Set(tensors.map(({ name }) => name))
  let whole: readonly NamedTensor[]
  try {
    whole = decodeSafetensors(weights).tensors
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

async function writeLayersModel(
  folder: string,
  parameters: Float32Array,
  frozen: FrozenPart | undefined,
  recipe: Recipe,
  facts: Facts,
  statistics: AgreedStatistics | undefined,
): Promise<void> {
  // Only here: TensorFlow.js takes its time to load.
  const { toLayersModel } = await import('../training/layers-model/layers-model.ts')
  const { layersModelFiles } = await import('../training/layers-model/layers-model-files.ts')
  const { appendMap } = await import('../training/layers-model/append-map.ts')
  const { prependMap } = await import('../training/layers-model/prepend-map.ts')
  const { name, shape, classes } = recipe.model
  let files: Awaited<ReturnType<typeof layersModelFiles>>
  try {
    // Another file than the one that was trained would get these parameters too.
    await identifyModel(recipe)
    const bare = await toLayersModel(name, shape, classes, parameters, outputsOf(recipe.model), frozen)
    const mapped = statistics === undefined ? bare : prependMap(bare, shape, mapOf(statistics))
    const { targets } = statistics ?? {}
    const model =
      recipe.model.outputs === undefined ? mapped : appendMap(mapped, unitsOf(recipe, targets && mapOf(targets)))
    const { hearsayLeftOut: leftOut }: LeftOut = bare.getUserDefinedMetadata() ?? {}
    const output = recipe.model.outputs === undefined ? 'logits' : 'values'
    model.setUserDefinedMetadata({ hearsay: { ...facts, recipe, output, ...(leftOut && { leftOut }) } })
    files = await layersModelFiles(model)
    model.dispose()
  } catch (cause) {
    throw new ExportError(
      `the model ${name} cannot be written for TensorFlow.js: ${(cause as Error).message}; a file that ends in ` +
        `${SAFETENSORS} takes any model`,
      { cause },
    )
  }
  await writeFolderAtomically(folder, files)
}

/** By what the parameters' samples were standardised; without it they are of no use. */
function statisticsOf({ means, variations }: ReadState, recipe: Recipe, state: string): AgreedStatistics {
  const quantities = quantitiesOf(recipe)
  const statistics =
    agreedIn(recipeHash(recipe), quantities, means, variations) ??
    agreedIn(recipeHashWithPath(recipe), quantities, means, variations)
  if (statistics !== undefined) return statistics
  throw new StateError(`--state ${state} does not say yet how samples are standardised; the swarm had not agreed on it`)
}

function formatOf(to: string): ExportedModel['format'] {
  const ending = extname(to)
  if (ending === SAFETENSORS) return 'safetensors'
  if (ending === '') return 'tfjs'
  throw new ExportError(
    `${to}: models are not written as ${ending}; expected a file that ends in ${SAFETENSORS}, or a folder (a name ` +
      "without an ending) for TensorFlow.js's format",
  )
}

async function requireFree(path: string): Promise<void> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  )
  if (exists) throw new ExportError(`${path} exists already; choose another name, or remove it first`)
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
  const ids = [recipeHash(recipe), recipeHashWithPath(recipe)].map(hash => generationId(hash, seals))
  if (ids.includes(checkpoint.swarm)) return recipe
  throw new StateError(`--state ${state} is damaged: its recipe is not that of its checkpoint`)
}
