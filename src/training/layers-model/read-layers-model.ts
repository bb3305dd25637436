import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers'
import { createLayout } from '../../parameters/layout.ts'
import { DEFAULT_BACKEND, startBackend } from '../backend.ts'
import { ModelFileError } from '../errors.ts'
import { registerLayers } from '../layers/register.ts'
import { readVariables } from '../variables.ts'
import { modelVariables, tensorSpecs } from './layers-model.ts'
import { layersModelReader } from './layers-model-files.ts'
import { type ModelParts, partsOfWeights } from './whole-weights.ts'
import { unwrapModel } from './wrap-model.ts'

/** A model as it was trained, before {@link wrapModel}, with its parameters. */
export interface ReadLayersModel extends ModelParts {
  /** To logits, or to standardised values. */
  readonly model: LayersModel
  /** Frees the model, and what was put around it. */
  dispose(): void
}

/**
 * Reads a model that hearsay has exported. Starts the default backend where the thread has registered none.
 *
 * @param file its `model.json`
 * @param isWrapped whether {@link wrapModel} has put layers around it
 * @throws ModelFileError
 */
export async function readLayersModel(file: string, isWrapped: boolean): Promise<ReadLayersModel> {
  if (tf.engine().backendNames().length === 0) await startBackend(DEFAULT_BACKEND)
  await tf.ready()
  registerLayers()
  const artifacts = await layersModelReader(file).load()
  let whole: LayersModel
  try {
    whole = await loadLayersModel({ load: async () => artifacts })
  } catch (cause) {
    throw new ModelFileError(`${file}: TensorFlow.js cannot make the model: ${(cause as Error).message}`, { cause })
  }
  const model = isWrapped ? unwrapModel(whole) : whole
  const layout = createLayout(tensorSpecs(model))
  const parts = partsOfWeights({ layout, weights: await readVariables(modelVariables(model)) })
  return { model, ...parts, dispose: () => void whole.dispose() }
}
