/**
 * The layers of a model that TensorFlow.js has made, where the fused trainer knows all of them.
 *
 * @packageDocumentation
 */

import type { LayersModel, layers } from '@tensorflow/tfjs-layers'
import { withActivation } from '../models/ending.ts'
import { FILTER_SIDE, type LayerSpec, pooled } from '../stacked/stacked-model.ts'

type Layer = layers.Layer

/** Channels that kernels take at once. */
const CHANNELS = 4

/** What is read so far, and the shape that comes out of it. */
interface Reading {
  readonly shape: readonly number[]
  readonly specs: readonly LayerSpec[]
}

/**
 * Reads a chain of layers: convolutions of 3 × 3, rectified, each with a max-pooling of 2 × 2; then dense ones, rectified all but the last.
 * Each has a bias, and all of them learn.
 *
 * @returns undefined where there is anything else
 */
export function fusedLayersOf(model: LayersModel): readonly LayerSpec[] | undefined {
  const chain = chainOf(model)
  let reading: Reading | undefined = { shape: model.inputs[0].shape.slice(1).map(Number), specs: [] }
  for (let at = 0; chain !== undefined && at < chain.length && reading !== undefined; ) {
    const [layer, ...next] = chain.slice(at)
    const rectified = activationOf(layer) === 'relu' || isRectifier(next[0])
    if (!rectified && activationOf(layer) !== 'linear') return undefined
    at += isRectifier(next[0]) ? 2 : 1
    switch (layer.getClassName()) {
      case 'Flatten':
        reading = { ...reading, shape: [reading.shape.reduce((product, size) => product * size, 1)] }
        break
      case 'Dense':
        reading = readDense(reading, layer, rectified)
        break
      case 'Conv2D':
        reading = rectified && isPooling(chain[at]) ? readConvolution(reading, layer) : undefined
        at++
        break
      default:
        return undefined
    }
  }
  const last = reading?.specs.at(-1)
  return chain !== undefined && last?.kind === 'dense' && !last.rectified ? reading?.specs : undefined
}

/** The layers behind the input, where each takes what the one before it gives, and all that they have is learned. */
function chainOf({ layers: all, inputs, outputs }: LayersModel): readonly Layer[] | undefined {
  const chain = all.filter(layer => layer.getClassName() !== 'InputLayer')
  let tensor = inputs[0]
  for (const layer of chain) {
    if (!layer.trainable || layer.nonTrainableWeights.length > 0 || layer.inboundNodes.length !== 1) return undefined
    const [{ inputTensors, outputTensors }] = layer.inboundNodes
    if (inputTensors.length !== 1 || inputTensors[0] !== tensor) return undefined
    tensor = outputTensors[0]
  }
  return tensor === outputs[0] ? chain : undefined
}

function activationOf(layer: Layer): string {
  return withActivation(layer)?.activation.getClassName() ?? 'linear'
}

/** Whether it is a layer that only rectifies. */
function isRectifier(layer: Layer | undefined): boolean {
  if (layer?.getClassName() === 'ReLU') return layer.getConfig().maxValue == null
  return layer?.getClassName() === 'Activation' && activationOf(layer) === 'relu'
}

const isPair = (value: unknown, each: number) =>
  Array.isArray(value) && value.length === 2 && value.every(one => one === each)

function isPooling(layer: Layer | undefined): boolean {
  if (layer?.getClassName() !== 'MaxPooling2D') return false
  const { poolSize, strides, padding, dataFormat } = layer.getConfig()
  return isPair(poolSize, 2) && isPair(strides, 2) && padding === 'valid' && dataFormat !== 'channelsFirst'
}

function readDense({ shape, specs }: Reading, layer: Layer, rectified: boolean): Reading | undefined {
  const { units, useBias } = layer.getConfig()
  if (shape.length !== 1 || typeof units !== 'number' || useBias !== true) return undefined
  return {
    shape: [units],
    specs: [...specs, { kind: 'dense', name: layer.name, inputs: shape[0], units, rectified }],
  }
}

function readConvolution({ shape, specs }: Reading, layer: Layer): Reading | undefined {
  const { filters, kernelSize, strides, padding, dilationRate, dataFormat, useBias } = layer.getConfig()
  const isPlain = isPair(kernelSize, FILTER_SIDE) && isPair(strides, 1) && isPair(dilationRate, 1)
  if (!isPlain || padding !== 'valid' || dataFormat === 'channelsFirst' || useBias !== true) return undefined
  if (shape.length !== 3 || typeof filters !== 'number' || filters % CHANNELS !== 0) return undefined
  const [height, width, channels] = shape
  return {
    shape: [pooled(height), pooled(width), filters],
    specs: [...specs, { kind: 'convolution', name: layer.name, height, width, channels, filters }],
  }
}
