/**
 * Layers of TensorFlow.js as operations of ONNX. TensorFlow.js has an image's channels last, ONNX first.
 *
 * @packageDocumentation
 */

import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { type Graph, listOf } from './graph.ts'
import { languageConverters } from './language-layers.ts'
import { type Applied, affine, type Converter, constantOf, UnknownLayerError, type Weight } from './layer-converter.ts'

type Layer = layers.Layer

const converters: Readonly<Record<string, Converter>> = {
  Dense(applied) {
    const { graph, inputs, weights, config } = applied
    const [kernel, bias] = weights
    return activated(graph, affine(graph, inputs[0], kernel, bias), config)
  },
  Conv2D(applied) {
    const { graph, inputs, weights, config } = applied
    requireChannelsLast(config)
    const [kernel, bias] = weights
    const parts = [toChannelsFirst(graph, inputs[0]), constantOf(graph, outputsFirst(kernel))]
    if (bias !== undefined) parts.push(constantOf(graph, bias))
    const convolved = graph.add('Conv', parts, {
      kernel_shape: pairOf(config.kernelSize),
      strides: pairOf(config.strides),
      dilations: pairOf(config.dilationRate ?? 1),
      auto_pad: paddingOf(config),
    })
    return activated(graph, toChannelsLast(graph, convolved), config)
  },
  MaxPooling2D: applied => pooled(applied, 'MaxPool'),
  AveragePooling2D: applied => pooled(applied, 'AveragePool'),
  Flatten: reshaped,
  Reshape: reshaped,
  Dropout: ({ inputs }) => inputs[0],
  ZeroPadding2D({ graph, inputs, config }) {
    requireChannelsLast(config)
    const [[top, bottom], [left, right]] = config.padding as [[number, number], [number, number]]
    return graph.add('Pad', [inputs[0], listOf(graph, [0, top, left, 0, 0, bottom, right, 0])])
  },
  Activation: ({ graph, inputs, config }) => activated(graph, inputs[0], config),
  ReLU: ({ graph, inputs, config }) => {
    if (config.maxValue !== undefined && config.maxValue !== null) throw new UnknownLayerError('a ReLU with a bound')
    return graph.add('Relu', [inputs[0]])
  },
  LeakyReLU: ({ graph, inputs, config }) => graph.add('LeakyRelu', [inputs[0]], { alpha: Number(config.alpha) }),
  Softmax: ({ graph, inputs }) => graph.add('Softmax', [inputs[0]], { axis: -1 }),
  Add: ({ graph, inputs }) => inputs.reduce((sum, each) => graph.add('Add', [sum, each])),
  BatchNormalization({ graph, inputs, inputShapes: [shape], config, weights }) {
    const axis = Number(config.axis ?? -1)
    if (axis !== -1 && axis !== shape.length)
      throw new UnknownLayerError('a batch normalisation that is not over the last axis')
    const left = [...weights]
    const gamma = config.scale === false ? undefined : left.shift()
    const beta = config.center === false ? undefined : left.shift()
    const [mean, variance] = left
    const scale = variance.data.map((each, i) => (gamma?.data[i] ?? 1) / Math.sqrt(each + Number(config.epsilon)))
    const shift = mean.data.map((each, i) => (beta?.data[i] ?? 0) - each * scale[i])
    const scaled = graph.add('Mul', [inputs[0], graph.constant(variance.shape, scale)])
    return graph.add('Add', [scaled, graph.constant(mean.shape, shift)])
  },
  ...languageConverters,
}

/** Names of layers that can be written, for messages; those that only hearsay has go without saying. */
export const knownLayers = Object.keys(converters).filter(name => !(name in languageConverters))

/**
 * Adds a model's layers.
 *
 * @param input the name of the samples, `[N, …shape]`
 * @returns the name of the model's output
 * @throws UnknownLayerError, whose message is a layer with its name
 */
export async function addLayers(graph: Graph, model: LayersModel, input: string): Promise<string> {
  const names = new Map<number, string>(model.inputs.map(({ id }) => [id, input]))
  for (const layer of model.layers) {
    const [node, ...others] = layer.inboundNodes
    const name = layer.getClassName()
    if (name === 'InputLayer') continue
    if (others.length > 0) throw new UnknownLayerError(`${name} '${layer.name}', which is applied more than once`)
    const convert = converters[name]
    if (convert === undefined) throw new UnknownLayerError(`${name} '${layer.name}'`)
    const [output] = node.outputTensors
    const applied = await appliedOf(graph, layer, node.inputTensors, output, names)
    names.set(output.id, convert(applied))
  }
  return names.get(model.outputs[0].id) as string
}

async function appliedOf(
  graph: Graph,
  layer: Layer,
  inputs: readonly SymbolicTensor[],
  output: SymbolicTensor,
  names: ReadonlyMap<number, string>,
): Promise<Applied> {
  const ofSample = ({ shape }: SymbolicTensor) => shape.slice(1).map(Number)
  return {
    graph,
    inputs: inputs.map(({ id }) => names.get(id) as string),
    inputShapes: inputs.map(ofSample),
    outputShape: ofSample(output),
    config: layer.getConfig(),
    weights: await Promise.all(
      layer.getWeights().map(async tensor => ({ shape: tensor.shape, data: await tensor.data<'float32'>() })),
    ),
  }
}

/** The activations that both have, under ONNX's names. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softmax: 'Softmax',
  elu: 'Elu',
  selu: 'Selu',
  softplus: 'Softplus',
  softsign: 'Softsign',
}

function activated(graph: Graph, value: string, { activation = 'linear' }: Applied['config']): string {
  if (activation === 'linear') return value
  const operator = ACTIVATIONS[String(activation)]
  if (operator === undefined) throw new UnknownLayerError(`the activation ${activation}`)
  return graph.add(operator, [value], operator === 'Softmax' ? { axis: -1 } : {})
}

function pooled({ graph, inputs, config }: Applied, operator: string): string {
  requireChannelsLast(config)
  const attributes = {
    kernel_shape: pairOf(config.poolSize),
    strides: pairOf(config.strides),
    auto_pad: paddingOf(config),
  }
  return toChannelsLast(graph, graph.add(operator, [toChannelsFirst(graph, inputs[0])], attributes))
}

function reshaped({ graph, inputs, inputShapes: [shape], outputShape }: Applied): string {
  if (shape.join() === outputShape.join()) return inputs[0]
  return graph.add('Reshape', [inputs[0], listOf(graph, [-1, ...outputShape])])
}

const toChannelsFirst = (graph: Graph, value: string) => graph.add('Transpose', [value], { perm: [0, 3, 1, 2] })
const toChannelsLast = (graph: Graph, value: string) => graph.add('Transpose', [value], { perm: [0, 2, 3, 1] })

/** A kernel `[height, width, inputs, outputs]` as `[outputs, inputs, height, width]`. */
function outputsFirst({ shape: [height, width, inputs, outputs], data }: Weight): Weight {
  const turned = new Float32Array(data.length)
  let at = 0
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      for (let place = 0; place < height * width; place++) {
        turned[at++] = data[(place * inputs + input) * outputs + output]
      }
    }
  }
  return { shape: [outputs, inputs, height, width], data: turned }
}

function requireChannelsLast({ dataFormat }: Applied['config']): void {
  if (dataFormat === 'channelsFirst') throw new UnknownLayerError('a layer with channels first')
}

function pairOf(size: unknown): number[] {
  return Array.isArray(size) ? size.map(Number) : [Number(size), Number(size)]
}

function paddingOf({ padding }: Applied['config']): string {
  return padding === 'same' ? 'SAME_UPPER' : 'VALID'
}
