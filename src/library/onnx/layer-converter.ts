import type { Graph } from './graph.ts'

/** A layer that is not written as ONNX. */
export class UnknownLayerError extends Error {
  override readonly name = 'UnknownLayerError'
}

/** One layer, with all that its operations need. */
export interface Applied {
  readonly graph: Graph
  /** The names of what comes in. */
  readonly inputs: readonly string[]
  /** Of one sample, of each input and of the output. */
  readonly inputShapes: readonly (readonly number[])[]
  readonly outputShape: readonly number[]
  readonly config: Readonly<Record<string, unknown>>
  /** In the layer's order. */
  readonly weights: readonly Weight[]
}

export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** @returns the name of the layer's output */
export type Converter = (applied: Applied) => string

export function constantOf(graph: Graph, { shape, data }: Weight): string {
  return graph.constant(shape, data)
}

/** x W + b, along the last axis; without b where there is none. */
export function affine(graph: Graph, input: string, kernel: Weight, bias: Weight | undefined): string {
  const product = graph.add('MatMul', [input, constantOf(graph, kernel)])
  return bias === undefined ? product : graph.add('Add', [product, constantOf(graph, bias)])
}
