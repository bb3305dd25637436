import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { AffineMap } from '../../data/affine-map.ts'
import { hashParameters } from '../../parameters/hash.ts'
import { labelNames } from '../../table/schema.ts'
import { version } from '../../version.ts'
import { describeModel, type LearnedModel } from '../encode-model.ts'
import { mapsOf } from '../model-maps.ts'
import { elementNumber, encodeOnnx, type OnnxValue } from './encode-onnx.ts'
import { createGraph, type Graph, TEXT_DOMAIN } from './graph.ts'
import { addLayers } from './layers.ts'
import { addColumns, addStandardisation, sampleInput, tableInputs } from './samples.ts'

/** The versions of ONNX's operators that are written: what runtimes of 2022 and later know. */
const OPERATORS = { '': 17, [TEXT_DOMAIN]: 3 }

/**
 * A model as ONNX: from rows of a table, an input for each column, or samples as they are, to classes and their probabilities, or to
 * values in the units of the data.
 *
 * @param model as it is trained, to logits or standardised values
 * @throws UnknownLayerError
 */
export async function encodeModelAsOnnx(learned: LearnedModel, model: LayersModel): Promise<Uint8Array> {
  const { recipe, parameters, statistics } = learned
  const { data, model: told } = recipe
  const { features, targets } = mapsOf(recipe, statistics)
  const inputs = data.table === undefined ? [sampleInput(told.shape)] : tableInputs(data.table)
  const graph = createGraph(inputs.map(({ name }) => name))

  const read = data.table === undefined ? inputs[0].name : addColumns(graph, data.table)
  const samples = features === undefined ? read : addStandardisation(graph, read, told.shape, features)
  const output = await addLayers(graph, model, samples)
  const label = data.table?.label
  const targetNames = label?.kind === 'number' ? labelNames(label) : []
  const shape = ['N', ...model.outputs[0].shape.slice(1).map(Number)]
  const outputs =
    targets === undefined
      ? addClasses(graph, output, shape, told.classNames)
      : [addValues(graph, output, shape, targets, targetNames)]

  const { swarm, recipe: _recipe, ...facts } = describeModel(learned)
  return encodeOnnx({
    producer: { name: 'hearsay', version: version() },
    description: `${told.name}, learned by the swarm ${swarm}`,
    operators: OPERATORS,
    metadata: {
      swarm,
      recipe: JSON.stringify(recipe),
      hearsay: version(),
      parametersHash: hashParameters(parameters),
      ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, JSON.stringify(value)])),
    },
    nodes: graph.nodes,
    constants: graph.constants,
    inputs,
    outputs,
  })
}

/** @param shape of the logits, whose last size is the number of classes */
function addClasses(
  graph: Graph,
  logits: string,
  shape: readonly (number | string)[],
  names: readonly string[] | undefined,
): OnnxValue[] {
  const probabilities = graph.add('Softmax', [logits], { axis: -1 })
  const index = graph.add('ArgMax', [probabilities], { axis: -1, keepdims: 0 })
  const label = names === undefined ? index : graph.add('Gather', [graph.constant([names.length], names), index])
  return [
    {
      name: graph.output(label, 'label'),
      type: names === undefined ? 'int64' : 'string',
      shape: shape.slice(0, -1),
      description: 'the most probable class',
    },
    {
      name: graph.output(probabilities, 'probabilities'),
      type: 'float',
      shape,
      description: names === undefined ? 'of each class' : `of ${names.map(name => JSON.stringify(name)).join(', ')}`,
    },
  ]
}

function addValues(
  graph: Graph,
  output: string,
  shape: readonly (number | string)[],
  { shift, scale }: AffineMap,
  names: readonly string[],
): OnnxValue {
  const wide = graph.add('Cast', [output], { to: elementNumber('double') })
  const scaled = graph.add('Mul', [wide, graph.constant([scale.length], scale)])
  const value = graph.add('Add', [scaled, graph.constant([shift.length], shift)])
  const of = names.length === 0 ? '' : `${names.map(name => JSON.stringify(name)).join(', ')}, `
  return { name: graph.output(value, 'value'), type: 'double', shape, description: `${of}in the units of the data` }
}
