import { loadBinary } from './load-binary.ts'
import type { WasmBackend } from './wasm-backend.ts'

/** The exports of `assembly/index.ts`. All arguments are addresses and sizes, as documented there. */
export interface TrainingModule {
  matmul(...args: MatmulArguments): void
  matmulScratch(n: number, k: number): number
  convolution(...args: readonly number[]): void
  convolutionInputGradient(...args: readonly number[]): void
  convolutionFilterGradient(...args: readonly number[]): void
  convolutionScratch(
    paddedPixels: number,
    outputPixels: number,
    taps: number,
    channelsIn: number,
    channelsOut: number,
  ): number
  depthwiseGradient(...args: readonly number[]): void
  maxPoolGradient(...args: readonly number[]): void
  averagePoolGradient(...args: readonly number[]): void
  binary(...args: readonly number[]): void
  reluGradient(y: number, dy: number, dx: number, length: number): void
  unary(operation: number, x: number, y: number, length: number): void
  copyRuns(from: number, fromStep: number, to: number, toStep: number, bytes: number, runs: number): void
  sumOfSquares(x: number, length: number): number
  sumRows(x: number, y: number, outer: number, rows: number, columns: number): void
  segmentSum(x: number, segments: number, y: number, rows: number, columns: number, count: number): void
  sgd(...args: readonly number[]): void
  adam(...args: readonly number[]): void
}

type MatmulArguments = [
  a: number,
  transposeA: number,
  b: number,
  transposeB: number,
  bias: number,
  c: number,
  m: number,
  n: number,
  k: number,
  scratch: number,
]

const instances = new WeakMap<WasmBackend, TrainingModule>()

/** Our kernels over this backend's memory. */
export function trainingModule(backend: WasmBackend): TrainingModule {
  const running = instances.get(backend)
  if (running !== undefined) return running
  const { exports } = new WebAssembly.Instance(loadBinary('training'), { env: { memory: backend.wasm.asm.memory } })
  const module = exports as unknown as TrainingModule
  instances.set(backend, module)
  return module
}
