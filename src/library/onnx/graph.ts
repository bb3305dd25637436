import type { AttributeValue, OnnxNode, OnnxTensor } from './encode-onnx.ts'

/** A graph that is being written, one node after the other. Values in it are known by their names. */
export interface Graph {
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxTensor[]
  /** Adds an operation. @returns its output's name */
  add(operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, AttributeValue>>): string
  /** The same of the operators for machine learning, which know texts. */
  addText(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>>): string
  /** Adds a value that never changes. @returns its name */
  constant(shape: readonly number[], data: OnnxTensor['data']): string
  /** Gives what is called `value` another name, under which it leaves the graph; with a `_` or more where a column has it already. */
  output(value: string, name: string): string
}

/** The domain of the operators that know texts. */
export const TEXT_DOMAIN = 'ai.onnx.ml'

/** @param taken names of the graph's inputs, which nothing else in it may have */
export function createGraph(taken: readonly string[]): Graph {
  const nodes: OnnxNode[] = []
  const constants: OnnxTensor[] = []
  const names = new Set(taken)

  function free(wanted: string): string {
    let name = wanted
    while (names.has(name)) name += '_'
    names.add(name)
    return name
  }

  function addTo(
    domain: string | undefined,
    operator: string,
    inputs: readonly string[],
    attributes: OnnxNode['attributes'],
  ): string {
    const output = free(`/${operator}/${nodes.length + 1}`)
    nodes.push({ operator, domain, inputs, output, attributes })
    return output
  }

  return {
    nodes,
    constants,
    add: (operator, inputs, attributes = {}) => addTo(undefined, operator, inputs, attributes),
    addText: (operator, inputs, attributes) => addTo(TEXT_DOMAIN, operator, inputs, attributes),
    constant(shape, data) {
      const name = free(`/constant/${constants.length + 1}`)
      constants.push({ name, shape, data })
      return name
    },
    output(value, name) {
      const output = free(name)
      nodes.push({ operator: 'Identity', inputs: [value], output, attributes: {} })
      return output
    },
  }
}

/** `[values]`: a list as a constant. */
export function listOf(graph: Graph, values: readonly number[]): string {
  return graph.constant([values.length], BigInt64Array.from(values, BigInt))
}
