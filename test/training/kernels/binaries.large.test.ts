import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BINARIES, compileKernels } from '../../../tools/compile-kernels.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('the binaries that are checked in are those of the source beside them: else run npm run build:kernels', async () => {
  for (const [file, compiled] of await compileKernels()) {
    expect(sha256(await readFile(file)), file).toBe(sha256(compiled))
  }
}, 60_000)

test('the binary with fused multiply-add and the strict one multiply alike, up to rounding', async () => {
  const [m, n, k] = [13, 21, 37]
  const products = await Promise.all(
    ['training.wasm', 'training-strict.wasm'].map(async name => {
      const memory = new WebAssembly.Memory({ initial: 16 })
      const module = new WebAssembly.Module(await readFile(join(BINARIES, name)))
      const { matmul } = new WebAssembly.Instance(module, { env: { memory } }).exports as {
        matmul(...args: readonly number[]): void
      }
      const floats = new Float32Array(memory.buffer)
      const [a, b, c, scratch] = [0, 65536, 131072, 196608]
      for (let i = 0; i < m * k; i++) floats[a / 4 + i] = Math.sin(i)
      for (let i = 0; i < k * n; i++) floats[b / 4 + i] = Math.cos(i)
      matmul(a, 0, b, 1, 0, c, m, n, k, scratch)
      return floats.slice(c / 4, c / 4 + m * n)
    }),
  )
  const [fused, strict] = products
  expect(fused.some(value => value !== 0)).toBe(true)
  for (const [i, value] of fused.entries()) expect(value).toBeCloseTo(strict[i], 4)
})
