import { preferTransposing } from './transposing-matmul.ts'

/** Registers what the stock wasm backend lacks or does slowly. Call it before the backend starts. */
export function registerTrainingKernels(): void {
  preferTransposing('wasm')
}
