/**
 * Training kernels in WebAssembly SIMD, over memory that belongs to somebody else: TensorFlow.js's wasm backend. Every
 * address is an argument, in bytes; there is no static data, no allocator and no global, so nothing is written but what
 * the caller points to. Matrices are row-major float32, images `[batch, height, width, channels]`.
 *
 * Compiled by `npm run build:kernels` into `../training.wasm`.
 */

export { binary } from './binary'
export { convolution } from './convolution'
export { convolutionFilterGradient } from './convolution-filter-gradient'
export { convolutionInputGradient } from './convolution-input-gradient'
export { convolutionScratch } from './convolution-scratch'
export { copyRuns } from './copy'
export { depthwiseGradient } from './depthwise'
export { reluGradient, sumOfSquares } from './elementwise'
export { matmul, matmulScratch } from './matmul'
export { averagePoolGradient, maxPoolGradient } from './pooling'
export { segmentSum, sumRows } from './sums'
export { unary } from './unary'
export { adam, sgd } from './update'
