/**
 * What the simulator trains its peers with, many in one memory that several threads share. No thread waits for another: each
 * writes only what its caller points to. Else as `index.ts`.
 *
 * Compiled by `npm run build:kernels` into `../stacked.wasm`.
 */

export { convolution } from './convolution'
export { convolutionFilterGradient } from './convolution-filter-gradient'
export { convolutionInputGradient } from './convolution-input-gradient'
export { convolutionScratch } from './convolution-scratch'
export { crossEntropy, crossEntropyGradient } from './cross-entropy'
export { reluGradient, sumOfSquares } from './elementwise'
export { maxPoolGradient } from './pooling'
export { columnsScratch, productOfColumns } from './product-of-columns'
export { productOfRows } from './product-of-rows'
export { rectifiedMaxPool } from './rectified-pooling'
export { copyRows, findLists, findSamples, findValues } from './samples'
export { sparseProductOfColumns, sparseProductOfRows, sparseScratch } from './sparse-product'
export { sumRows } from './sums'
export { transpose } from './transpose'
export { adam, sgd } from './update'
export { copy, subtract } from './vectors'
