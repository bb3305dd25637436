import { createLayout, type Layout, type TensorSpec } from '../../parameters/layout.ts'
import { CNN_CHANNELS, CNN_DENSE_UNITS, EVALUATION_ACTIVATIONS } from '../constants.ts'
import { ModelMisfitError } from '../errors.ts'
import { parseModel } from '../models.ts'

/** Every input is multiplied into every unit: x W + b, and a rectifier. */
export interface DenseSpec {
  readonly kind: 'dense'
  readonly name: string
  readonly inputs: number
  readonly units: number
  readonly rectified: boolean
}

/** A convolution of 3×3 without padding, a rectifier, and max-pooling of 2×2. */
export interface ConvolutionSpec {
  readonly kind: 'convolution'
  readonly name: string
  /** Height, width and channels of its input. */
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly filters: number
}

export type LayerSpec = DenseSpec | ConvolutionSpec

/** A model of which many can be trained in one memory. */
export interface StackedModel {
  /** Numbers in a sample. */
  readonly features: number
  /** 0 of a regression. */
  readonly classes: number
  /** Numbers that the last layer gives: a logit for each class, or the values of a regression. */
  readonly outputs: number
  readonly layers: readonly LayerSpec[]
  /** The layout of the TensorFlow.js trainer of the same model. */
  readonly layout: Layout
}

/** Samples that are evaluated at once, where their layers fit: parameters then come out of the first cache often enough. */
const EVALUATION_BATCH = 64

/** How many samples to evaluate at once, so that what the layers give for them stays within bounds. */
export function samplesAtOnce({ layers }: StackedModel): number {
  const activations = layers.reduce((sum, layer) => sum + activationsOf(layer), 0)
  return Math.max(1, Math.min(EVALUATION_BATCH, Math.floor(EVALUATION_ACTIVATIONS / activations)))
}

/** Products that the answer to a sample takes. */
export function productsIn({ layers }: StackedModel): number {
  return layers.reduce((sum, layer) => sum + productsOf(layer), 0)
}

function productsOf(layer: LayerSpec): number {
  if (layer.kind === 'dense') return layer.inputs * layer.units
  return convolved(layer.height) * convolved(layer.width) * FILTER_SIDE ** 2 * layer.channels * layer.filters
}

function activationsOf(layer: LayerSpec): number {
  return layer.kind === 'dense' ? layer.units : convolved(layer.height) * convolved(layer.width) * layer.filters
}

/** Sides of a filter of {@link ConvolutionSpec}. */
export const FILTER_SIDE = 3

/**
 * Whether there is a {@link stackedModel}. Others are to be trained one after another, with TensorFlow.js.
 *
 * @param name as {@link parseModel} reads it
 * @param shape of one sample
 * @param classes 0 of a regression
 * @param outputs numbers that its last layer gives; as many as classes where absent
 */
export function stackable(name: string, shape: readonly number[], classes: number, outputs = classes): boolean {
  return layersOf(name, shape, classes, outputs) !== undefined
}

/** @throws ModelMisfitError where it is not {@link stackable} */
export function stackedModel(
  name: string,
  shape: readonly number[],
  classes: number,
  outputs: number = classes,
): StackedModel {
  const layers = layersOf(name, shape, classes, outputs)
  if (layers === undefined) {
    throw new ModelMisfitError(
      `${name} on samples of shape [${shape}] in ${classes} classes cannot be stacked: linear, mlp and cnn can, where ` +
        'they fit the data; train others with TensorFlow.js',
    )
  }
  return { features: sizeOf(shape), classes, outputs, layers, layout: createLayout(layers.flatMap(tensorsOf)) }
}

/** Layers of the models in `../models/`, as they are made there. */
function layersOf(text: string, shape: readonly number[], classes: number, outputs: number): LayerSpec[] | undefined {
  const { name, misfit } = parseModel(text)
  // With one class there is nothing to learn.
  if (misfit?.(shape) !== undefined || classes === 1 || outputs < 1) return undefined
  const [family, units] = name.split(':')
  if (family === 'linear') return denseLayers(sizeOf(shape), [], outputs)
  if (family === 'mlp') return denseLayers(sizeOf(shape), units.split(',').map(Number), outputs)
  if (family === 'cnn') return convolutionLayers(shape, outputs)
  return undefined
}

function denseLayers(features: number, hiddenUnits: readonly number[], outputs: number): LayerSpec[] {
  let inputs = features
  const layers = hiddenUnits.map((units, index): LayerSpec => {
    const layer = { kind: 'dense', name: `hidden${index + 1}`, inputs, units, rectified: true } as const
    inputs = units
    return layer
  })
  return [...layers, { kind: 'dense', name: 'logits', inputs, units: outputs, rectified: false }]
}

function convolutionLayers([rows, columns, planes = 1]: readonly number[], outputs: number): LayerSpec[] {
  let [height, width, channels] = [rows, columns, planes]
  const layers = CNN_CHANNELS.map((filters, index): LayerSpec => {
    const layer = { kind: 'convolution', name: `convolution${index + 1}`, height, width, channels, filters } as const
    height = pooled(height)
    width = pooled(width)
    channels = filters
    return layer
  })
  const units = CNN_DENSE_UNITS
  return [
    ...layers,
    { kind: 'dense', name: 'dense', inputs: height * width * channels, units, rectified: true },
    { kind: 'dense', name: 'logits', inputs: units, units: outputs, rectified: false },
  ]
}

/** The side that a convolution without padding leaves. */
export const convolved = (side: number) => side - FILTER_SIDE + 1

/** The side that pooling leaves of that. */
export const pooled = (side: number) => Math.floor(convolved(side) / 2)

function tensorsOf(layer: LayerSpec): TensorSpec[] {
  const units = layer.kind === 'dense' ? layer.units : layer.filters
  const kernel =
    layer.kind === 'dense' ? [layer.inputs, units] : [FILTER_SIDE, FILTER_SIDE, layer.channels, layer.filters]
  return [
    { name: `${layer.name}/kernel`, shape: kernel, trainable: true },
    { name: `${layer.name}/bias`, shape: [units], trainable: true },
  ]
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)
