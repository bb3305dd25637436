import { loadBinary } from '../kernels/load-binary.ts'

/** The exports of `kernels/assembly/stacked.ts`. All arguments are addresses, in bytes, and sizes, as documented there. */
export interface StackedModule {
  copy(from: number, to: number, bytes: number): void
  /** @returns 1 where the difference is finite, else 0 */
  subtract(x: number, y: number, length: number): number
  findSamples(
    indices: number,
    count: number,
    inputs: number,
    step: number,
    labels: number,
    rows: number,
    batchLabels: number,
  ): void
  findLists(indices: number, count: number, lists: number, batchLists: number): void
  findValues(indices: number, count: number, values: number, bytes: number, batchValues: number): void
  copyRows(rows: number, count: number, bytes: number, to: number): void
  productOfRows(
    rows: number,
    m: number,
    k: number,
    b: number,
    bStep: number,
    bias: number,
    floor: number,
    c: number,
    cStep: number,
    n: number,
  ): void
  columnsScratch(m: number, n: number): number
  productOfColumns(
    rows: number,
    m: number,
    k: number,
    d: number,
    dStep: number,
    g: number,
    n: number,
    from: number,
    until: number,
    scratch: number,
  ): void
  sparseProductOfRows(
    rows: number,
    lists: number,
    m: number,
    b: number,
    bias: number,
    floor: number,
    c: number,
    cStep: number,
    n: number,
  ): void
  sparseProductOfColumns(
    rows: number,
    lists: number,
    m: number,
    k: number,
    d: number,
    dStep: number,
    g: number,
    n: number,
    from: number,
    until: number,
    scratch: number,
  ): void
  sparseScratch(k: number, nonzeros: number): number
  transpose(from: number, rows: number, columns: number, to: number, toStep: number): void
  reluGradient(y: number, dy: number, dx: number, length: number): void
  crossEntropyGradient(
    z: number,
    step: number,
    rows: number,
    classes: number,
    labels: number,
    weights: number,
    scale: number,
    lanes: number,
  ): number
  crossEntropy(
    z: number,
    step: number,
    rows: number,
    classes: number,
    labels: number,
    lanes: number,
    correct: number,
  ): number
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
  rectifiedMaxPool(x: number, batch: number, height: number, width: number, channels: number, y: number): void
  maxPoolGradient(...args: readonly number[]): void
  sumRows(x: number, y: number, outer: number, rows: number, columns: number): void
  sumOfSquares(x: number, length: number): number
  sgd(
    x: number,
    g: number,
    m: number,
    length: number,
    learningRate: number,
    momentum: number,
    weightDecay: number,
    gradientScale: number,
  ): void
  adam(
    x: number,
    g: number,
    m: number,
    v: number,
    length: number,
    learningRate: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    epsilon: number,
    weightDecay: number,
    shrink: number,
    gradientScale: number,
  ): void
}

let compiled: WebAssembly.Module | undefined

/** The kernels of stacked training over a memory that threads share, for this thread. */
export function stackedModule(memory: WebAssembly.Memory): StackedModule {
  compiled ??= loadBinary('stacked')
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as StackedModule
}
