import type * as layers from '@tensorflow/tfjs-layers'
import { EVALUATION_ACTIVATIONS, EVALUATION_BATCH } from '../constants.ts'

/** How many samples to evaluate at once, so that what the layers give for them stays within bounds. */
export function evaluationBatch(model: layers.LayersModel): number {
  // A layer that is applied several times gives several outputs, of one shape each.
  const tensors = model.layers.flatMap(({ inboundNodes }) => inboundNodes.flatMap(({ outputTensors }) => outputTensors))
  const activations = tensors.reduce((sum, { shape: [, ...shape] }) => sum + sizeOf(shape), 0)
  return Math.max(1, Math.min(EVALUATION_BATCH, Math.floor(EVALUATION_ACTIVATIONS / activations)))
}

/** Elements of a shape; a size that is not known counts as 1. */
function sizeOf(shape: layers.Shape): number {
  return shape.reduce((product: number, size) => product * (size ?? 1), 1)
}

/**
 * Indices of at most so many of all samples, and of one at least: the k-th is sample ⌊k · all / chosen⌋, so that a part of
 * a text or of sorted data is like the whole.
 */
export function evenlySpread(all: number, most: number): Int32Array {
  const chosen = Math.min(all, Math.max(1, Math.floor(most)))
  return Int32Array.from({ length: chosen }, (_, k) => Math.floor((k * all) / chosen))
}
