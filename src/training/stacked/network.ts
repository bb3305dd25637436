import type { BatchInput } from './batch-input.ts'
import { createConvolution } from './convolution.ts'
import { createDense } from './dense.ts'
import { createMatrix, type Matrix, type StackedHost, type StackedLayer } from './layer.ts'
import type { StackedModel } from './stacked-model.ts'
import { partOf } from './team.ts'

/** A model's computations, for the parameters of one peer at a time. */
export interface StackedNetwork {
  /** Logits or values, `[batch, outputs]`, after {@link forward}; the gradient for them is to be written in their place. */
  readonly logits: Matrix
  /**
   * @param parameters address of a peer's parameters
   * @param count samples, as many as the batch has found
   */
  forward(parameters: number, count: number): void
  /**
   * For the samples that went {@link forward} last. The gradient is there when the team has met.
   *
   * @param gradient address of as many numbers as there are parameters
   */
  backward(parameters: number, gradient: number, count: number): void
}

/**
 * @param batch where samples are found
 * @param most samples at once
 */
export function createNetwork(host: StackedHost, model: StackedModel, batch: BatchInput, most: number): StackedNetwork {
  const { layers: specs, layout, features } = model
  const images = specs[0].kind === 'convolution' ? createMatrix(host, most, features) : undefined
  const layers: StackedLayer[] = []
  for (const [index, spec] of specs.entries()) {
    // Each layer has a matrix and a bias.
    const offset = layout.tensors[2 * index].offset * Float32Array.BYTES_PER_ELEMENT
    const before = layers.at(-1)?.output
    layers.push(
      spec.kind === 'dense'
        ? createDense(host, spec, offset, before ?? { rows: batch }, most, before === undefined ? batch : undefined)
        : createConvolution(host, spec, offset, before ?? { rows: images as Matrix }, most),
    )
  }
  const backwards = layers.toReversed()
  return {
    logits: backwards[0].output.rows,
    forward(parameters, count) {
      if (images !== undefined) {
        // Convolutions take images that lie one after the other.
        const [first, end] = partOf(host.team, count)
        const imageBytes = features * Float32Array.BYTES_PER_ELEMENT
        const from = batch.addresses + first * Int32Array.BYTES_PER_ELEMENT
        host.module.copyRows(from, end - first, imageBytes, images.values + first * imageBytes)
      }
      for (const layer of layers) layer.forward(parameters, count)
    },
    backward(parameters, gradient, count) {
      for (const layer of backwards) layer.backward(parameters, gradient, count)
    },
  }
}
