import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { type Dataset, isSequence, outputs, targets } from '../../data/dataset.ts'
import { type FrozenPart, movingLayout } from '../../parameters/frozen.ts'
import { createLayout, type TensorSpec } from '../../parameters/layout.ts'
import { DEFAULT_BACKEND, startBackend } from '../backend.ts'
import { ModelMisfitError } from '../errors.ts'
import type { Model, ModelRequest } from '../models/family.ts'
import { parseModel } from '../models.ts'
import { frozenWeights } from './frozen-layers.ts'
import './tensor-methods.ts'
import { writeVariables } from '../variables.ts'
import { wholeWeights } from './whole-weights.ts'

/**
 * A model from `[batch, …shape]` to logits or values, `[batch, …, outputs]`. Its parameters depend on nothing but the request and
 * the model's files. Needs a backend to be started.
 *
 * @throws ModelMisfitError naming both shapes, where it takes other inputs or tells other classes apart; where it has
 * nothing to train
 */
export async function buildModel(
  model: Model,
  {
    shape,
    classes,
    outputs = classes,
    seed,
  }: Omit<ModelRequest, 'tf' | 'layers' | 'outputs'> & Partial<Pick<ModelRequest, 'outputs'>>,
): Promise<layers.LayersModel> {
  const misfit = model.misfit?.(shape)
  if (misfit !== undefined)
    throw new ModelMisfitError(`${model.name} cannot take samples of shape [${shape}]: ${misfit}`)
  const built = await model.build({ tf, layers, shape, classes, outputs, seed })
  try {
    requireShapes(model, built, { shape, classes, outputs })
    requireLearned(model, built)
  } catch (error) {
    built.dispose()
    throw error
  }
  return built
}

/** Refuses a model of the wrong shapes. Shapes of models from files are known only once they are made. */
function requireShapes(
  { name }: Model,
  { inputs, outputs }: layers.LayersModel,
  { shape, classes, outputs: width }: Pick<ModelRequest, 'shape' | 'classes' | 'outputs'>,
): void {
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw new ModelMisfitError(
      `${name} has ${inputs.length} inputs and ${outputs.length} outputs: one of each can be trained`,
    )
  }
  const takes = inputs[0].shape.slice(1)
  if (takes.length !== shape.length || takes.some((size, axis) => size !== null && size !== shape[axis])) {
    throw new ModelMisfitError(`${name} takes samples of shape ${text(takes)}, the data has ${text(shape)}`)
  }
  const gives = outputs[0].shape.slice(1)
  if (gives[gives.length - 1] !== width) {
    const has = classes > 0 ? `${classes} classes` : `${width} value${width === 1 ? '' : 's'} to predict`
    throw new ModelMisfitError(`${name} gives ${text(gives)} for a sample, the data has ${has}`)
  }
}

function requireLearned({ name }: Model, model: layers.LayersModel): void {
  if (model.trainableWeights.length > 0) return
  throw new ModelMisfitError(`${name} has nothing to train: its layers have no weights, or all of them are frozen`)
}

/**
 * Checks that a model gives as many answers for a sample as the data has labels.
 *
 * @throws ModelMisfitError naming both shapes
 */
export function requireTargets({ name }: Model, model: layers.LayersModel, data: Dataset): void {
  const gives = model.outputs[0].shape.slice(1)
  const answers = gives.slice(0, -1)
  const wanted = isSequence(data) ? [targets(data)] : []
  if (answers.length === wanted.length && answers.every((size, axis) => size === null || size === wanted[axis])) return
  throw new ModelMisfitError(
    `${name} gives ${text(gives)} for a sample, ${data.name} needs ${text([...wanted, data.classes || outputs(data)])}: ` +
      (isSequence(data) ? 'an answer at each position of a sequence' : 'one answer for each sample'),
  )
}

const text = (shape: readonly (number | null)[]) => `[${shape.map(size => size ?? 'any').join(', ')}]`

/** The model's tensors, in an order that is always the same: first what is learned, then what is not, frozen or not. */
export function tensorSpecs(model: layers.LayersModel): TensorSpec[] {
  // A weight does not know whether its layer is frozen.
  const learned = new Set(model.trainableWeights)
  const frozen = frozenWeights(model)
  return model.weights.map(weight => ({
    // The name without the counter that TensorFlow.js appends for each model of the process.
    name: weight.originalName,
    shape: weight.shape.map(Number),
    trainable: learned.has(weight),
    ...(frozen.has(weight) && { frozen: true }),
  }))
}

/** The variables behind {@link tensorSpecs}, in the same order. */
export function modelVariables(model: layers.LayersModel): tf.Variable[] {
  // `read` is declared to return a tensor and returns the variable itself.
  return model.weights.map(weight => weight.read() as tf.Variable)
}

/**
 * A model with these parameters, for embedders: predict with it, save it, convert it. Its output is logits, or
 * standardised values. Dispose it after use. Starts the default backend where the thread has registered none.
 *
 * @param modelName as {@link parseModel} reads it
 * @param shape of one sample
 * @param classes 0 of a regression
 * @param parameters `[parameters]`, as a trainer gives them; of a model with a frozen part also all of it, as version 0.1 kept it
 * @param outputs numbers that its last layer gives; as many as classes where absent
 * @param frozen the trainer's, where it has such a part
 * @throws UsageError for an unknown model, RangeError where the parameters are not of this model, or its frozen part is missing
 */
export async function toLayersModel(
  modelName: string,
  shape: readonly number[],
  classes: number,
  parameters: Float32Array,
  outputs: number = classes,
  frozen?: FrozenPart,
): Promise<layers.LayersModel> {
  const model = parseModel(modelName)
  if (tf.engine().backendNames().length === 0) await startBackend(DEFAULT_BACKEND)
  await tf.ready()
  const built = await buildModel(model, { shape, classes, outputs, seed: 0 })
  try {
    const whole = createLayout(tensorSpecs(built))
    const moving = movingLayout(whole)
    if (frozen === undefined && moving !== whole && parameters.length === moving.length) {
      throw new RangeError(`${model.name} has frozen layers: their weights are needed beside its parameters`)
    }
    const isWhole = parameters.length === whole.length
    const { weights } = wholeWeights(isWhole ? whole : moving, parameters, isWhole ? undefined : frozen)
    writeVariables(modelVariables(built), weights)
  } catch (error) {
    built.dispose()
    throw error
  }
  return built
}
