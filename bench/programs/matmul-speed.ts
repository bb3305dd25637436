/**
 * Speed of the matrix products of training, in a process of its own: prints one JSON document with the GFLOP/s of each
 * product of {@link PRODUCTS}, by its name. With `stock` as the first argument only those without transposition, by the
 * backend as shipped.
 *
 * @packageDocumentation
 */

import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'
import { startBackend } from '../../src/training/backend.ts'
import { trainingModule } from '../../src/training/kernels/training-module.ts'
import { scratch, type WasmBackend } from '../../src/training/kernels/wasm-backend.ts'

/** `[m, n, k]`: the forward pass, the weights' gradient and the inputs' gradient of dense layers, batch 32 and 128. */
const PRODUCTS = [
  { m: 32, n: 256, k: 784 },
  { m: 784, n: 256, k: 32, transposeA: true },
  { m: 256, n: 256, k: 32, transposeA: true },
  { m: 32, n: 256, k: 256, transposeB: true },
  { m: 128, n: 512, k: 512 },
  { m: 512, n: 512, k: 128, transposeA: true },
  { m: 128, n: 512, k: 512, transposeB: true },
]

/** Milliseconds for one timing: long enough for the clock, short enough that some are not interrupted. */
const SLICE = 4
const SLICES = 60

/** The highest rate over many short slices: what else the machine does only slows them down. */
function rate(operations: number, run: () => void): number {
  for (let i = 0; i < 20; i++) run()
  let best = 0
  for (let slice = 0; slice < SLICES; slice++) {
    const start = performance.now()
    let runs = 0
    let elapsed = 0
    while (elapsed < SLICE) {
      run()
      runs++
      elapsed = performance.now() - start
    }
    best = Math.max(best, (operations * runs) / elapsed / 1e6)
  }
  return best
}

const stock = process.argv[2] === 'stock'
if (stock) {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(fileURLToPath(new URL('.', import.meta.resolve('@tensorflow/tfjs-backend-wasm'))))
  tf.enableProdMode()
  await tf.setBackend('wasm')
} else {
  await startBackend('wasm')
}

const rates: Record<string, number> = {}
for (const { m, n, k, transposeA = false, transposeB = false } of PRODUCTS) {
  const timed = (a: tf.Tensor2D, b: tf.Tensor2D, ofA: boolean, ofB: boolean) => {
    const product = rate(2 * m * n * k, () => tf.matMul(a, b, ofA, ofB).dispose())
    tf.dispose([a, b])
    return product
  }
  const plain = [tf.randomNormal([m, k]), tf.randomNormal([k, n])] as [tf.Tensor2D, tf.Tensor2D]
  rates[`${m}×${k}×${n}`] = timed(...plain, false, false)
  if (stock || !(transposeA || transposeB)) continue
  const a = tf.randomNormal(transposeA ? [k, m] : [m, k]) as tf.Tensor2D
  const b = tf.randomNormal(transposeB ? [n, k] : [k, n]) as tf.Tensor2D
  rates[`${m}×${k}×${n} ${transposeA ? 'AᵀB' : 'ABᵀ'}`] = timed(a, b, transposeA, transposeB)
}

if (!stock) {
  const backend = tf.backend() as WasmBackend
  const module = trainingModule(backend)
  // A product that stays in the first cache and has no edges: as fast as multiply-adds get here.
  const [m, n, k] = [96, 64, 64]
  const space = scratch(backend, 4 * (m * k + k * n + m * n) + module.matmulScratch(n, k))
  const [a, b] = [space, space + 4 * m * k]
  const c = b + 4 * k * n
  rates.peak = rate(2 * m * n * k, () => module.matmul(a, 0, b, 0, 0, c, m, n, k, c + 4 * m * n))
  // Both read and one written: far larger than any cache.
  const length = 16 * 1024 * 1024
  const [x, y] = [tf.zeros([length]), tf.zeros([length])]
  const at = (tensor: tf.Tensor) => backend.dataIdMap.get(tensor.dataId).memoryOffset
  rates.memoryGBs = rate(12 * length, () => module.sgd(at(y), at(x), 0, length, 1, 0, 0, 1))
}
console.log(JSON.stringify(rates))
