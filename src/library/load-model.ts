/**
 * A model that was learned, from where it is kept, to predict with.
 *
 * @packageDocumentation
 */

import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../errors.ts'
import type { FrozenPart } from '../parameters/frozen.ts'
import { hashParameters } from '../parameters/hash.ts'
import type { Layout } from '../parameters/layout.ts'
import type { Recipe } from '../recipe/recipe.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'
import { CHECKPOINT } from '../storage/state-directory.ts'
import { callback, flag, optionsOf, requireOptions, text } from '../strict-options.ts'
import { buildTrained } from './build-trained.ts'
import { withModelFile } from './identify-model.ts'
import { LoadModelError } from './load-model-error.ts'
import { mapsOf } from './model-maps.ts'
import { requireAllowedModule } from './module-permission.ts'
import { predictSamples } from './predict-samples.ts'
import { readStateModel } from './state-model.ts'
import { readLayersModelFolder, readSafetensorsModel, type StoredModel } from './stored-models.ts'

/** A model with all that is needed to use it. */
export interface LoadedModel {
  readonly recipe: Recipe
  /** The id of the swarm that learned it. */
  readonly swarm: string
  readonly layout: Layout
  /** `[parameters]`, as peers average them. */
  readonly parameters: Float32Array
  /** What peers do not average, because it is frozen; absent where all of the model is in the parameters. */
  readonly frozen?: FrozenPart
  /** Hex SHA-256 of the parameters. */
  readonly parametersHash: string
  /** The statistics that samples are standardised by; absent where they are taken as they are. */
  readonly statistics?: AgreedStatistics
  /** Whether these are the parameters on which the swarm sealed; absent where the file does not say. */
  readonly sealed?: boolean
  /** Of a peer's state: the seed by which its data were split in those that it learned from and those to test with, where that is known. */
  readonly splitSeed?: number | string
  /**
   * @param inputs `[samples, features]`, as the data have them: not standardised, a number less its column's origin, NaN where it is missing
   * @returns probabilities, `[samples, classes]`, and of sequences `[samples, positions, classes]`; for a regression `[samples, outputs]`,
   * values in the units of the data, as doubles because of their origins
   * @throws UsageError where these are no whole samples
   */
  predict(inputs: Float32Array): Promise<Float64Array>
  /** Frees the memory of its tensors. */
  dispose(): void
}

/** How a model is loaded whose recipe names a file. */
export interface LoadModelOptions {
  /** Where the file lies that the recipe's model is made from, where it is another place than the recipe has it in. */
  readonly modelFile?: string
  /**
   * Whether the program may run that the recipe names as its model, `module:FILE`: it is not this program's, but the file's. Default: only
   * one that a peer ran on this very state folder.
   */
  readonly allowModule?: boolean
  /** Called with what is damaged of a state, and is not in the model. */
  readonly warn?: (message: string) => void
}

const optionSchema = optionsOf<LoadModelOptions & { readonly path: string }>({
  path: text,
  modelFile: text.optional(),
  allowModule: flag.optional(),
  warn: callback.optional(),
})

/**
 * Loads a model. Nothing of the place is changed, and a peer may run on its state meanwhile.
 *
 * @param path a peer's state folder, a file of safetensors that hearsay has written, or a folder that it has exported for TensorFlow.js
 * @throws LoadModelError where it is none of these, or does not say of which recipe it is
 * @throws ModuleNotAllowedError where the recipe names a program
 * @throws StateError, CheckpointFileError of a state; ModelFileError and ModelDigestError where the recipe's model is made from a file
 * that is missing here, or another one
 */
export async function loadModel(path: string, options: LoadModelOptions = {}): Promise<LoadedModel> {
  requireOptions('loadModel', optionSchema, { path, ...options })
  const stored = await readStored(path)
  const { parameters, statistics } = stored
  const recipe = withModelFile(stored.recipe, options.modelFile)
  const { shape } = recipe.model
  for (const message of stored.warnings ?? []) options.warn?.(message)
  if (stored.built === undefined) {
    await requireAllowedModule({ recipe, source: path, allowed: options.allowModule, state: stored.state })
  }
  const { model, dispose } = stored.built ?? (await build({ ...stored, recipe }))
  const maps = mapsOf(recipe, statistics)
  const width = shape.reduce((product, size) => product * size, 1)

  return {
    recipe,
    swarm: stored.swarm,
    layout: stored.layout,
    parameters,
    frozen: stored.frozen,
    parametersHash: hashParameters(parameters),
    statistics,
    sealed: stored.sealed,
    splitSeed: stored.splitSeed,
    async predict(inputs) {
      requireSamples(inputs, width, shape)
      return await predictSamples(model, inputs, shape, maps)
    },
    dispose,
  }
}

async function build(stored: StoredModel): Promise<NonNullable<StoredModel['built']>> {
  const model = await buildTrained(stored)
  return { model, dispose: () => void model.dispose() }
}

function requireSamples(inputs: Float32Array, width: number, shape: readonly number[]): void {
  if (inputs instanceof Float32Array && inputs.length % width === 0) return
  throw new UsageError(
    `predict: inputs must be a Float32Array of a multiple of ${width} numbers, as samples have the shape [${shape.join(', ')}]`,
  )
}

const MODEL_JSON = 'model.json'

async function readStored(path: string): Promise<StoredModel> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new LoadModelError(`${path}: there is no such file or folder; ${EXPECTED}`)
  const contains = async (name: string) => (await stat(join(path, name)).catch(() => undefined))?.isFile() === true
  if (found.isDirectory()) {
    if (await contains(MODEL_JSON)) return await readLayersModelFolder(path)
    // Of a folder without a checkpoint it is said what is missing, as of a state.
    return await readStateModel(path)
  }
  const name = basename(path)
  if (name === MODEL_JSON) return await readLayersModelFolder(dirname(path))
  if (name === CHECKPOINT) return await readStateModel(dirname(path))
  const bytes = await readFile(path).catch(cause => {
    throw new LoadModelError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  })
  const other = otherKindOf(name, bytes)
  if (other !== undefined) throw new LoadModelError(`${path} is ${other}, not what a model is loaded from; ${EXPECTED}`)
  return readSafetensorsModel(path, bytes, EXPECTED)
}

/** What people have beside a model and may take for it; undefined where it may be safetensors, which begin with the length of a header. */
function otherKindOf(name: string, bytes: Uint8Array): string | undefined {
  if (name.endsWith('.onnx')) return 'an ONNX file'
  return bytes[0] === 0x7b ? 'JSON' : undefined
}

const EXPECTED =
  "expected a peer's state folder, or a file of safetensors or a folder with a model.json, as hearsay export writes them"
