/**
 * A peer's model out of its state, for other programs.
 *
 * @packageDocumentation
 */

import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { UsageError } from '../errors.ts'
import { hashParameters } from '../parameters/hash.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { writeAtomically } from '../storage/atomic-file.ts'
import { writeFolderAtomically } from '../storage/atomic-folder.ts'
import { callback, flag, optionsOf, requireOptions, text } from '../strict-options.ts'
import type { LeftOut } from '../training/models/to-logits.ts'
import { buildTrained } from './build-trained.ts'
import { describeModel, encodeModel } from './encode-model.ts'
import { withModelFile } from './identify-model.ts'
import { mapsOf } from './model-maps.ts'
import { requireAllowedModule } from './module-permission.ts'
import { readStateModel, type StateModel } from './state-model.ts'

/** The model cannot be exported there, or not in this form. */
export class ExportError extends UsageError {
  override readonly name = 'ExportError'
}

/** A model to be exported, and the format. */
export interface ExportOptions {
  /** A peer's state folder. The peer may be running: what is exported is its last checkpoint. */
  readonly state: string
  /** A file that ends in `.safetensors` or `.onnx`, or else a folder, for TensorFlow.js's format. None may exist. */
  readonly to: string
  /** Where the file lies that the recipe's model is made from, where it is another place than the peer had it in. */
  readonly modelFile?: string
  /** Whether the program may run that the recipe names as its model, `module:FILE`; see {@link LoadModelOptions.allowModule}. */
  readonly allowModule?: boolean
  /** Called with what is damaged of the state, and is not in the model. */
  readonly warn?: (message: string) => void
}

/** A model as it was exported, and where it comes from. */
export interface ExportedModel {
  readonly format: 'safetensors' | 'onnx' | 'tfjs'
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

const exportOptions = optionsOf<ExportOptions>({
  state: text,
  to: text,
  modelFile: text.optional(),
  allowModule: flag.optional(),
  warn: callback.optional(),
})

const SAFETENSORS = '.safetensors'
const ONNX = '.onnx'

/**
 * Writes the model of a peer's last checkpoint as {@link encodeModel} does, as ONNX, or as a LayersModel that `tf.loadLayersModel`
 * reads; its output is logits, whatever the model ended in, or of a regression values in the units of the data. That carries what
 * `describeModel` says as user-defined metadata, with `leftOut`, the softmax or the sigmoid of one unit that it ended in before; where
 * the swarm standardises samples, it begins with layers that do so. A model with layers that TensorFlow.js does not have, as `language`,
 * is read back where hearsay has registered them: as the model `tfjs:FILE`.
 *
 * @throws StateError where there is no checkpoint, or the recipe is not known
 * @throws ExportError where `to` exists or is no place for a model, or TensorFlow.js cannot build it
 * @throws WriteError
 */
export async function exportModel(options: ExportOptions): Promise<ExportedModel> {
  requireOptions('exportModel', exportOptions, options)
  const { state, to, modelFile, allowModule: allowed, warn } = options
  const format = formatOf(to)
  await requireFree(to)
  const read = await readStateModel(state)
  const model = { ...read, recipe: withModelFile(read.recipe, modelFile) }
  for (const message of read.warnings) warn?.(message)
  // As safetensors the model is not made.
  if (format !== 'safetensors') await requireAllowedModule({ recipe: model.recipe, source: state, allowed, state })
  if (format === 'safetensors') await writeAtomically(to, encodeModel(model))
  else if (format === 'onnx') await writeAtomically(to, await onnxOf(model))
  else await writeLayersModel(to, model)
  const { recipe, swarm, step, age, sealed, parameters } = model
  return { format, recipe, swarm, step, age, sealed, parametersHash: hashParameters(parameters) }
}

async function writeLayersModel(folder: string, learned: StateModel): Promise<void> {
  // Only here: TensorFlow.js takes its time to load.
  const { layersModelFiles } = await import('../training/layers-model/layers-model-files.ts')
  const { wrapModel } = await import('../training/layers-model/wrap-model.ts')
  const { recipe, parameters, statistics, sealed } = learned
  const { name, shape } = recipe.model
  let files: Awaited<ReturnType<typeof layersModelFiles>>
  try {
    const bare = await buildTrained(learned)
    const { hearsayLeftOut: leftOut }: LeftOut = bare.getUserDefinedMetadata() ?? {}
    const output = recipe.model.outputs === undefined ? 'logits' : 'values'
    const model = wrapModel(bare, shape, mapsOf(recipe, statistics))
    const facts = { ...describeModel(learned), sealed, parametersHash: hashParameters(parameters) }
    model.setUserDefinedMetadata({ hearsay: { ...facts, output, ...(leftOut && { leftOut }) } })
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

async function onnxOf(learned: StateModel): Promise<Uint8Array> {
  const { encodeModelAsOnnx } = await import('./onnx/encode-model-as-onnx.ts')
  const { UnknownLayerError } = await import('./onnx/layer-converter.ts')
  const { knownLayers } = await import('./onnx/layers.ts')
  try {
    const model = await buildTrained(learned)
    try {
      return await encodeModelAsOnnx(learned, model)
    } finally {
      model.dispose()
    }
  } catch (cause) {
    const what = `the model ${learned.recipe.model.name} cannot be written as ONNX`
    throw new ExportError(
      cause instanceof UnknownLayerError
        ? `${what}: it has ${cause.message}, and what can be written is ${knownLayers.join(', ')}; a file that ends in ` +
            `${SAFETENSORS}, or a folder for TensorFlow.js, takes it`
        : `${what}: ${(cause as Error).message}; a file that ends in ${SAFETENSORS} takes any model`,
      { cause },
    )
  }
}

function formatOf(to: string): ExportedModel['format'] {
  const ending = extname(to)
  if (ending === SAFETENSORS) return 'safetensors'
  if (ending === ONNX) return 'onnx'
  if (ending === '') return 'tfjs'
  throw new ExportError(
    `${to}: models are not written as ${ending}; expected a file that ends in ${SAFETENSORS} or ${ONNX}, or a folder (a name ` +
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
