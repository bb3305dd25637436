import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import type { TensorSpec } from '../parameters/layout.ts'
import { createRandom } from '../random/random.ts'
import { DEFAULT_BACKEND, startBackend } from './backend.ts'
import type { Model } from './models/family.ts'
import { parseModel } from './models.ts'
import { writeVariables } from './variables.ts'

interface ModelRequest {
  /** Shape of one sample. */
  readonly shape: readonly number[]
  readonly classes: number
  /** Seed of the initial parameters. */
  readonly seed: number | string
}

/**
 * A model from `[batch, …shape]` to logits, `[batch, classes]`. Its parameters depend on nothing but the request.
 * Needs a backend to be started.
 */
export function buildModel(model: Model, { shape, classes, seed }: ModelRequest): layers.LayersModel {
  const random = createRandom(seed)
  const input = layers.input({ shape: [...shape] })
  // TensorFlow.js takes seed 0 for none.
  const seedOf = (layer: string) => 1 + random.fork(layer).integer(2 ** 31 - 1)
  return layers.model({ inputs: input, outputs: model.connect(layers, input, classes, seedOf), name: 'model' })
}

/** The model's tensors in the order of the parameter vector: first what is learned, then what is not. */
export function tensorSpecs(model: layers.LayersModel): TensorSpec[] {
  return model.weights.map(weight => ({
    // The name without the counter that TensorFlow.js appends for each model of the process.
    name: weight.originalName,
    shape: weight.shape.map(Number),
    trainable: weight.trainable,
  }))
}

/** The variables behind {@link tensorSpecs}, in the same order. */
export function modelVariables(model: layers.LayersModel): tf.Variable[] {
  // `read` is declared to return a tensor and returns the variable itself.
  return model.weights.map(weight => weight.read() as tf.Variable)
}

/**
 * A model with these parameters, for embedders: predict with it, save it, convert it. Its output is logits. Dispose it
 * after use. Starts the default backend where the thread has registered none.
 *
 * @param modelName as {@link parseModel} reads it
 * @param shape of one sample
 * @param parameters `[parameters]`
 * @throws UsageError for an unknown model, RangeError where the parameters are not of this model
 */
export async function toLayersModel(
  modelName: string,
  shape: readonly number[],
  classes: number,
  parameters: Float32Array,
): Promise<layers.LayersModel> {
  const model = parseModel(modelName)
  if (tf.engine().backendNames().length === 0) await startBackend(DEFAULT_BACKEND)
  await tf.ready()
  const built = buildModel(model, { shape, classes, seed: 0 })
  try {
    writeVariables(modelVariables(built), parameters)
  } catch (error) {
    built.dispose()
    throw error
  }
  return built
}
