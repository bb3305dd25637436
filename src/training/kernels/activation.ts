import * as tf from '@tensorflow/tfjs-core'
import { callKernel, type KernelCall } from './replace-kernel.ts'

/** Inputs and attributes of fused kernels beside the operands of their product. */
export interface FusedActivation {
  readonly inputs: { readonly preluActivationWeights?: tf.TensorInfo }
  readonly attrs: { readonly activation?: string; readonly leakyreluAlpha?: number }
}

const KERNELS: Readonly<Record<string, string>> = {
  relu: tf.Relu,
  relu6: tf.Relu6,
  elu: tf.Elu,
  sigmoid: tf.Sigmoid,
  prelu: tf.Prelu,
  leakyrelu: tf.LeakyRelu,
}

/** The activation of a fused kernel, on what it has computed. Takes over `x`. */
export function applyActivation(
  { inputs, attrs, backend }: KernelCall<FusedActivation['inputs'], FusedActivation['attrs']>,
  x: tf.TensorInfo,
): tf.TensorInfo {
  const activation = attrs.activation ?? 'linear'
  if (activation === 'linear') return x
  const kernel = KERNELS[activation]
  if (kernel === undefined) throw new Error(`no fused kernel of the wasm backend has the activation '${activation}'`)
  const alpha = inputs.preluActivationWeights
  const y = callKernel(kernel, backend, alpha === undefined ? { x } : { x, alpha }, { alpha: attrs.leakyreluAlpha })
  backend.disposeData(x.dataId)
  return y
}
