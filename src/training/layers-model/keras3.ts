/**
 * Models of Keras 3. TensorFlow.js reads what Keras 2 wrote; Keras 3 writes the same models in other words. Where those words can be put
 * into the old ones with certainty they are; everything else is refused, as TensorFlow.js takes no notice of fields that it does not
 * know, and would compute something else.
 *
 * | Keras 3 | Keras 2 |
 * | --- | --- |
 * | `batch_shape` of an input | `batch_input_shape` |
 * | `dtype`, an object | its name |
 * | `inbound_nodes` as `{ args, kwargs }` with `keras_history` | `[[layer, node, tensor, {}], …]` |
 * | `input_layers: [layer, node, tensor]` of one input | a list of such |
 * | `negative_slope` of LeakyReLU | `alpha` |
 * | weights under the name of their model | under that of their layer |
 * | `hard_sigmoid`, which is another function in Keras 2 | refused, as are layers that are not listed below |
 *
 * @packageDocumentation
 */

import { ModelFileError } from '../errors.ts'
import type { ModelJson } from './model-json.ts'

type Json = Readonly<Record<string, unknown>>

interface LayerJson {
  readonly class_name: string
  readonly config: Json
  readonly name?: string
  readonly inbound_nodes?: readonly unknown[]
}

/** Fields that say nothing of what a layer computes once its weights are loaded, or how they are called. */
const ANY_VALUE = ['name', 'trainable', 'dtype', 'build_config', 'module', 'registered_name']
const INITIAL = /_(initializer|regularizer|constraint)$/

const dense = ['units', 'activation', 'use_bias']
const convolution = [
  'filters',
  'kernel_size',
  'strides',
  'padding',
  'data_format',
  'dilation_rate',
  'activation',
  'use_bias',
]
const pooling = ['pool_size', 'strides', 'padding', 'data_format']

/** Layers that mean the same in both, with the fields that say what they compute. Every other field must be absent or say nothing. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  InputLayer: ['batch_shape'],
  Dense: dense,
  Conv1D: convolution,
  Conv2D: convolution,
  MaxPooling1D: pooling,
  MaxPooling2D: pooling,
  AveragePooling1D: pooling,
  AveragePooling2D: pooling,
  GlobalAveragePooling1D: ['data_format'],
  GlobalAveragePooling2D: ['data_format'],
  GlobalMaxPooling1D: ['data_format'],
  GlobalMaxPooling2D: ['data_format'],
  ZeroPadding2D: ['padding', 'data_format'],
  Flatten: ['data_format'],
  Reshape: ['target_shape'],
  Permute: ['dims'],
  Dropout: ['rate', 'seed'],
  BatchNormalization: ['axis', 'momentum', 'epsilon', 'center', 'scale'],
  LayerNormalization: ['axis', 'epsilon', 'center', 'scale'],
  Activation: ['activation'],
  ReLU: ['max_value'],
  LeakyReLU: ['negative_slope'],
  ELU: ['alpha'],
  Softmax: ['axis'],
  Embedding: ['input_dim', 'output_dim'],
  Add: [],
  Subtract: [],
  Multiply: [],
  Average: [],
  Maximum: [],
  Minimum: [],
  Concatenate: ['axis'],
}

/** Fields that TensorFlow.js does not know, with the value that changes nothing. */
const NEUTRAL: Readonly<Record<string, unknown>> = {
  sparse: false,
  ragged: false,
  optional: false,
  groups: 1,
  keepdims: false,
  synchronized: false,
  renorm: false,
  rms_scaling: false,
  mask_zero: false,
  negative_slope: 0,
  threshold: 0,
}

/** Activations that are the same function in both, by their names in TensorFlow.js. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  elu: 'elu',
  selu: 'selu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  softmax: 'softmax',
  log_softmax: 'log_softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  silu: 'swish',
  swish: 'swish',
}

/** What to do in Python where a model of Keras 3 cannot be read. */
const WAY_OUT =
  'export it with Keras 2: pip install tf_keras tensorflowjs, set TF_USE_LEGACY_KERAS=1 in the environment before Python starts, build ' +
  'the model there with tf.keras, give it the weights of this one (set_weights(get_weights())), and ' +
  'tensorflowjs.converters.save_keras_model(model, "DIR")'

/** A reason why a model of Keras 3 is not read, on its way to the message. */
class Unknown extends Error {}

/** Whether Keras 3 or later wrote it. */
export function isKeras3({ modelTopology }: Pick<ModelJson, 'modelTopology'>): boolean {
  const version = /^(\d+)\./.exec(String(modelTopology.keras_version ?? ''))
  if (version !== null) return Number(version[1]) >= 3
  // Some converters leave the version out; no earlier one wrote this field.
  return JSON.stringify(modelTopology).includes('"batch_shape":')
}

/**
 * The same model in the words of Keras 2.
 *
 * @param file for messages
 * @throws ModelFileError where it says what TensorFlow.js would not understand, with the reason and the way out
 */
export function fromKeras3(file: string, model: ModelJson): ModelJson {
  const { modelTopology, weightsManifest } = model
  try {
    const topology = (modelTopology.model_config ?? modelTopology) as unknown as LayerJson
    const layers = layersOf(topology)
    const names = new Set(layers.map(nameOf))
    const config = { class_name: classOf(topology), config: { ...graph(topology), layers: layers.map(layer) } }
    const manifest = weightsManifest.map(group => ({
      ...group,
      weights: group.weights.map(weight => ({ ...weight, name: ofLayer(weight.name, names) })),
    }))
    return { ...model, modelTopology: { model_config: config }, weightsManifest: manifest }
  } catch (cause) {
    if (!(cause instanceof Unknown)) throw cause
    throw refused(file, cause.message, cause)
  }
}

/** The error for a model of Keras 3 that is not read. */
export function refused(file: string, reason: string, cause?: unknown): ModelFileError {
  return new ModelFileError(
    `${file} was written by Keras 3, whose models TensorFlow.js reads only in part: ${reason}. ${WAY_OUT}`,
    { cause },
  )
}

function classOf({ class_name }: LayerJson): string {
  if (class_name === 'Sequential' || class_name === 'Functional') return class_name
  if (class_name === 'Model') return 'Functional'
  throw new Unknown(`it is a ${class_name}, no Sequential and no Functional model`)
}

function layersOf({ config }: LayerJson): LayerJson[] {
  const { layers } = config
  if (!Array.isArray(layers)) throw new Unknown('it lists no layers')
  return layers
}

function nameOf({ name, config }: LayerJson): string {
  return String(name ?? config.name)
}

function graph({ class_name, config }: LayerJson): Json {
  if (class_name === 'Sequential') return { name: config.name }
  return {
    name: config.name,
    input_layers: tensors(config.input_layers),
    output_layers: tensors(config.output_layers),
  }
}

/** `[layer, node, tensor]` of one input or output, or a list of such. */
function tensors(of: unknown): unknown[] {
  if (!Array.isArray(of))
    throw new Unknown('its inputs or outputs have names, and TensorFlow.js takes one after the other')
  return Array.isArray(of[0]) ? of : [of]
}

function layer(given: LayerJson): Json {
  const { class_name, config, inbound_nodes } = given
  const what = `the layer ${nameOf(given)}`
  const understood = Object.hasOwn(LAYERS, class_name) ? LAYERS[class_name] : undefined
  if (understood === undefined) throw new Unknown(`${what} is a ${class_name}`)
  const { name, trainable = true, dtype } = config
  const kept: Record<string, unknown> = { name, trainable, dtype: dtypeOf(dtype) }
  for (const [field, value] of Object.entries(config)) {
    if (ANY_VALUE.includes(field) || INITIAL.test(field)) continue
    if (understood.includes(field)) Object.assign(kept, renamed(class_name, field, value, what))
    else if (!saysNothing(field, value))
      throw new Unknown(`${what}, a ${class_name}, says ${field}: ${JSON.stringify(value)}`)
  }
  const nodes = inbound_nodes?.map(node => inbound(node, what))
  return { class_name, config: kept, ...(nodes && { name: nameOf(given), inbound_nodes: nodes }) }
}

function renamed(class_name: string, field: string, value: unknown, what: string): Json {
  if (field === 'batch_shape') return { batch_input_shape: value }
  if (class_name === 'LeakyReLU') return { alpha: value }
  if (field !== 'activation') return { [field]: value }
  const activation = Object.hasOwn(ACTIVATIONS, String(value)) ? ACTIVATIONS[String(value)] : undefined
  if (activation === undefined) throw new Unknown(`${what} has the activation ${JSON.stringify(value)}`)
  return { activation }
}

/** Whether a field that TensorFlow.js does not know has the value without which the layer computes as it did in Keras 2. */
function saysNothing(field: string, value: unknown): boolean {
  return value === null || (Object.hasOwn(NEUTRAL, field) && value === NEUTRAL[field])
}

/** A layer computes in float32 here, whatever it was trained in; whole numbers are tokens. */
function dtypeOf(dtype: unknown): string {
  const name =
    typeof dtype === 'string' ? dtype : String((dtype as { config?: { name?: unknown } } | null)?.config?.name)
  return name === 'int32' ? name : 'float32'
}

/** The tensors to which a layer is applied. */
function inbound(node: unknown, what: string): unknown[] {
  const { args, kwargs } = node as { args?: unknown; kwargs?: Json }
  const given = Object.entries(kwargs ?? {}).find(([, value]) => value !== null)
  if (given !== undefined) throw new Unknown(`${what} is applied with ${given[0]}: ${JSON.stringify(given[1])}`)
  const histories = itemsOf(args).flatMap(item => itemsOf(item) ?? [])
  if (histories.length === 0) throw new Unknown(`${what} is applied to nothing that can be read`)
  return histories.map(tensor => {
    const { keras_history } = (tensor as { config?: { keras_history?: unknown } }).config ?? {}
    if (!Array.isArray(keras_history)) throw new Unknown(`${what} is applied to something other than layers' outputs`)
    return [...keras_history, {}]
  })
}

/** The items of a list, which may be written as an object; the thing itself where it is none. */
function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  const { class_name, items } = value as { class_name?: unknown; items?: unknown }
  return class_name === '__tuple__' && Array.isArray(items) ? items : [value]
}

/** `sequential/dense/kernel` as `dense/kernel`: what follows the first name of a layer. */
function ofLayer(weight: string, layers: ReadonlySet<string>): string {
  const parts = weight.split('/')
  const at = parts.findIndex(part => layers.has(part))
  return at < 0 ? weight : parts.slice(at).join('/')
}
