import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { ModelMisfitError } from '../errors.ts'
import { type Ending, endingOf, withActivation } from './ending.ts'
import type { Layers, ModelRequest } from './family.ts'

type Request = Pick<ModelRequest, 'layers' | 'classes'>

/** What was left out at the end of a model, in its user-defined metadata: a softmax, or the sigmoid of one unit. */
export interface LeftOut {
  readonly hearsayLeftOut?: 'softmax' | 'sigmoid'
}

/**
 * The model as training takes it, which gives logits z: softmax and logarithm together are exact from there.
 *
 * | the model ends in | z |
 * | --- | --- |
 * | no activation | what it gives |
 * | softmax | its input |
 * | one unit, for two classes, with sigmoid or without an activation | (0, u) for the unit's input u, as softmax(0, u) = (1 − σ(u), σ(u)) |
 *
 * For measured values (no classes) the only ending is no activation, and the model stays as it is.
 *
 * An ending may be the activation of the last layer or a layer of its own, of this model or of one that is its last layer. What
 * was left out is noted in the model's metadata, see {@link LeftOut}.
 *
 * @param name of the model, for messages
 * @param model changed in place, or taken over by the result
 * @throws ModelMisfitError where it ends in something else, which is not a logit of one class among several
 */
export function toLogits(name: string, model: LayersModel, { layers, classes }: Request): LayersModel {
  // A model with several outputs cannot be trained; the caller refuses it.
  if (model.outputs.length !== 1) return model
  const [output] = model.outputs
  const ending = endingOf(output, layers)
  const width = output.shape[output.shape.length - 1]
  const leftOut = leftOutOf(name, ending, width, classes)
  const bare = leftOut === undefined ? output : without(output, layers)
  const logits = width === 1 && classes === 2 ? besideZero(bare, layers) : bare
  const made = logits === output ? model : layers.model({ inputs: model.inputs, outputs: logits, name: model.name })
  if (leftOut !== undefined) {
    made.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), hearsayLeftOut: leftOut } satisfies LeftOut)
  }
  return made
}

/** Activations after which outputs are logits all the same: of the logarithm of a softmax, the softmax is that softmax. */
const LOGITS = ['linear', 'logSoftmax']

/** What the outputs of an activation are, where they are no logits; others are only not linear. */
const MEANINGS: Readonly<Record<string, string>> = {
  sigmoid: 'which says of each unit by itself how likely it is, and classes exclude each other',
  hardSigmoid: 'which says of each unit by itself how likely it is, and classes exclude each other',
  tanh: 'whose outputs lie between -1 and 1',
  softsign: 'whose outputs lie between -1 and 1',
  relu: 'whose outputs are never below 0',
  relu6: 'whose outputs lie between 0 and 6',
  softplus: 'whose outputs are never below 0',
}

/** @throws ModelMisfitError for an ending whose outputs are not understood */
function leftOutOf(
  name: string,
  { activation, layer, reshaped }: Ending,
  width: number | null,
  classes: number,
): LeftOut['hearsayLeftOut'] {
  if (LOGITS.includes(activation) && (classes > 0 || activation === 'linear')) return undefined
  const one = width === 1
  if (classes === 0) {
    throw new ModelMisfitError(
      `${name} ends in ${activation} (layer ${layer}), and a measured value may be any number once it is standardised. Let it end in ` +
        "no activation; in Keras: model.layers[-1].activation = keras.activations.get('linear'), and export it again",
    )
  }
  if (activation === 'softmax' && !reshaped && !one) return 'softmax'
  if (activation === 'sigmoid' && !reshaped && one && classes === 2) return 'sigmoid'
  const units = one ? 'one unit' : `${width ?? 'any number of'} units`
  const meaning =
    activation === 'softmax' && one
      ? 'which is always 1'
      : activation === 'softmax' && reshaped
        ? 'whose units are moved about afterwards'
        : (MEANINGS[activation] ?? 'whose outputs are no logits')
  throw new ModelMisfitError(
    `${name} ends in ${activation} over ${units} (layer ${layer}), ${meaning}. Let it end in softmax or in no activation ` +
      `(linear), with a unit for each of ${classes} classes${classes === 2 ? ', or with one unit and sigmoid' : ''}; ` +
      "in Keras: model.layers[-1].activation = keras.activations.get('softmax'), and export it again",
  )
}

/** The input of the activation that makes this tensor; the tensor itself where the activation is part of its layer, and gone then. */
function without(output: SymbolicTensor, layers: Layers): SymbolicTensor {
  const last = output.sourceLayer
  const input = () => last.getInputAt(output.nodeIndex) as SymbolicTensor
  if (last instanceof layers.LayersModel) {
    const [inner] = last.outputs
    const bare = without(inner, layers)
    if (bare === inner) return output
    return layers.model({ inputs: last.inputs, outputs: bare, name: last.name }).apply(input()) as SymbolicTensor
  }
  const ending = withActivation(last)
  const linear = withActivation(layers.layers.dense({ units: 1, activation: 'linear' }))
  if (ending === undefined || linear === undefined) return input()
  ending.activation = linear.activation
  return output
}

/**
 * `[batch, …, 1]` to `[batch, …, 2]`: u becomes (0, u). Made of layers without weights that every program knows, so that neither the
 * parameters nor an export tell of it.
 */
function besideZero(logit: SymbolicTensor, { layers: { reshape, zeroPadding2d } }: Layers): SymbolicTensor {
  const answers = logit.shape.slice(1, -1)
  const column = reshape({ name: 'two_classes_unit', targetShape: [...(answers.length === 0 ? [1] : answers), 1, 1] })
  const padding = zeroPadding2d({
    name: 'two_classes_zero',
    padding: [
      [0, 0],
      [1, 0],
    ],
    dataFormat: 'channelsLast',
  })
  const pair = reshape({ name: 'two_classes', targetShape: [...answers, 2] })
  return [column, padding, pair].reduce((tensor, layer: layers.Layer) => layer.apply(tensor) as SymbolicTensor, logit)
}
