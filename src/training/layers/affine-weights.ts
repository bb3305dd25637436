import type * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import type { Initializer, InitialWeights } from './weights.ts'

interface AffineSpec {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Standard deviation of the kernel's initial values. */
  readonly deviation?: number
}

/** Kernel and bias of each, one after the other: `NAME_kernel`, `NAME_bias`. */
export function affineWeights(
  specs: readonly AffineSpec[],
  initialise: InitialWeights['initialise'],
  add: (name: string, shape: number[], initializer: Initializer) => layers.LayerVariable,
): layers.LayerVariable[] {
  const zeros = layers.initializers.zeros()
  return specs.flatMap(({ name, from, to, deviation }) => {
    const kernel = `${name}_kernel`
    const initial = deviation === undefined ? undefined : initialise?.(kernel, deviation)
    return [add(kernel, [from, to], initial ?? zeros), add(`${name}_bias`, [to], zeros)]
  })
}

/** Kernel and bias of each, as {@link affineWeights} made them. */
export function readAffine(weights: readonly layers.LayerVariable[]): [kernel: tf.Tensor2D, bias: tf.Tensor1D][] {
  return Array.from({ length: weights.length / 2 }, (_, i) => [
    weights[2 * i].read() as tf.Tensor2D,
    weights[2 * i + 1].read() as tf.Tensor1D,
  ])
}
