import * as tf from '@tensorflow/tfjs-core'
import { type TrainingModule, trainingModule } from './training-module.ts'
import { WASM, type WasmBackend } from './wasm-backend.ts'

/** The argument of a kernel. */
export interface KernelCall<Inputs, Attributes> {
  readonly inputs: Inputs
  readonly attrs: Attributes
  readonly backend: WasmBackend
  readonly module: TrainingModule
}

/** Registers a kernel of the wasm backend in place of the one that it came with, if any. */
export function replaceKernel<Inputs, Attributes = object>(
  kernelName: string,
  compute: (call: KernelCall<Inputs, Attributes>) => tf.TensorInfo | tf.TensorInfo[],
): void {
  const stock = tf.getKernel(kernelName, WASM) as tf.KernelConfig | undefined
  if (stock !== undefined) tf.unregisterKernel(kernelName, WASM)
  tf.registerKernel({
    // Others may call the stock function directly, which works only after its set-up.
    ...stock,
    kernelName,
    backendName: WASM,
    kernelFunc({ inputs, attrs, backend }) {
      const wasmBackend = backend as WasmBackend
      return compute({
        inputs: inputs as Inputs,
        attrs: attrs as Attributes,
        backend: wasmBackend,
        module: trainingModule(wasmBackend),
      })
    },
  })
}

/** Calls a kernel of the wasm backend on what is not a tensor yet. */
export function callKernel(
  kernelName: string,
  backend: WasmBackend,
  inputs: Record<string, tf.TensorInfo>,
  attrs: object = {},
): tf.TensorInfo {
  const kernel = tf.getKernel(kernelName, WASM)
  return kernel.kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap }) as tf.TensorInfo
}
