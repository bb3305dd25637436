/**
 * What the simulator averages its peers' parameters with, in a memory that several threads share. Vectors are float32, sums
 * float64 and without fused multiply-add: the same bits as plain JavaScript gives. Else as `index.ts`.
 *
 * Compiled by `npm run build:kernels` into `../mixing.wasm`.
 */

export { accumulate, squaredDistance, squaredNorm } from './precise-sums'
export { weightedSum } from './weighted-sum'
