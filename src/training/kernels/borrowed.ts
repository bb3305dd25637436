import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { WASM, type WasmBackend } from './wasm-backend.ts'

/**
 * Lends the wasm backend every kernel that only the cpu backend has: values are copied there and back. Slow, and only
 * for what is rare enough that nobody has written it for wasm, so that no model fails for want of a kernel. Call it
 * last.
 */
export function borrowMissingKernels(): void {
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    if (tf.getKernel(kernelName, WASM) !== undefined) continue
    tf.registerKernel({
      kernelName,
      backendName: WASM,
      kernelFunc: ({ inputs, attrs, backend }) => borrow(kernelName, inputs, attrs, backend as WasmBackend),
    })
  }
}

/** Computes a kernel on the cpu backend, with copies of these inputs. */
export function borrow(
  kernelName: string,
  inputs: tf.NamedTensorInfoMap,
  attrs: tf.NamedAttrMap | undefined,
  wasm: WasmBackend,
): tf.TensorInfo | tf.TensorInfo[] {
  const cpu = tf.findBackend('cpu')
  const lent: tf.TensorInfo[] = []
  const lend = (x: tf.TensorInfo): tf.TensorInfo => {
    const values = wasm.readSync(x.dataId)
    const copy = { ...x, dataId: cpu.write(values, x.shape, x.dtype) }
    lent.push(copy)
    return copy
  }
  const giveBack = (y: tf.TensorInfo): tf.TensorInfo => {
    const values = cpu.readSync(y.dataId)
    cpu.disposeData(y.dataId)
    return { ...y, dataId: wasm.write(values, y.shape, y.dtype) }
  }
  const copies = Object.entries(inputs).map(([name, x]) => [
    name,
    // Some kernels take lists, and some inputs are optional.
    Array.isArray(x) ? x.map(lend) : x === undefined || x === null ? x : lend(x),
  ])
  try {
    const { kernelFunc } = tf.getKernel(kernelName, 'cpu')
    const outputs = kernelFunc({ inputs: Object.fromEntries(copies), attrs, backend: cpu })
    return Array.isArray(outputs) ? outputs.map(giveBack) : giveBack(outputs)
  } finally {
    for (const copy of lent) cpu.disposeData(copy.dataId)
  }
}
