import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core'
import { BackendMemoryError } from '../errors.ts'

/** The name under which the wasm backend is registered. */
export const WASM = 'wasm'

/** The parts of TensorFlow.js's wasm backend that kernels of our own need; its types do not export them. */
export interface WasmBackend extends KernelBackend {
  readonly wasm: {
    /** Emscripten's exports. */
    readonly asm: { readonly memory: WebAssembly.Memory }
    readonly HEAPU8: Uint8Array
    _malloc(bytes: number): number
    _free(address: number): void
    readonly tfjs: {
      registerTensor(id: number, size: number, address: number): void
      disposeData(id: number): void
    }
  }
  readonly dataIdMap: { get(dataId: object): { readonly id: number; memoryOffset: number; refCount: number } }
  makeOutput(shape: readonly number[], dtype: DataType, address?: number | null, values?: ArrayBufferView): TensorInfo
}

/** The address of a tensor's values, in bytes. */
export function address(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset
}

/** A new tensor that shares its values with another. */
export function reshaped(backend: WasmBackend, tensor: TensorInfo, shape: readonly number[]): TensorInfo {
  backend.incRef(tensor.dataId)
  return { dataId: tensor.dataId, shape: [...shape], dtype: tensor.dtype }
}

interface Scratch {
  address: number
  bytes: number
}

const scratches = new WeakMap<WasmBackend, Scratch>()

/**
 * Memory for one call of a kernel, whose contents the next call may overwrite. Grows to the largest that was asked for,
 * and stays: the same few sizes are asked for in every step.
 *
 * @throws BackendMemoryError where the backend has no more memory
 */
export function scratch(backend: WasmBackend, bytes: number): number {
  const current = scratches.get(backend)
  if (current !== undefined && current.bytes >= bytes) return current.address
  if (current !== undefined) backend.wasm._free(current.address)
  scratches.delete(backend)
  // Emscripten returns addresses above 2 GiB as negative numbers, and 0 where nothing is left.
  const start = backend.wasm._malloc(bytes) >>> 0
  if (start === 0) {
    throw new BackendMemoryError(
      `the wasm backend has no ${bytes} bytes left for a kernel: take a smaller batch or model, or another backend`,
    )
  }
  scratches.set(backend, { address: start, bytes })
  return start
}
