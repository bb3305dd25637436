import { expect, test } from 'vitest'
import { BackendMemoryError } from '../../../src/training/errors.ts'
import { scratch, type WasmBackend } from '../../../src/training/kernels/wasm-backend.ts'

/** A backend whose allocator gives these addresses. */
function allocating(...addresses: readonly number[]): WasmBackend {
  const left = [...addresses]
  return { wasm: { _malloc: () => left.shift() ?? 0, _free() {} } } as unknown as WasmBackend
}

test('where the memory is full, a kernel is told so, and given no address', () => {
  const backend = allocating(64, 0, 128)
  expect(scratch(backend, 16)).toBe(64)
  expect(() => scratch(backend, 1_000)).toThrow(BackendMemoryError)
  expect(() => scratch(allocating(0), 1_000)).toThrow('no 1000 bytes left')
})

test('what was given back is not used again, though it would be large enough', () => {
  const backend = allocating(64, 0, 128)
  scratch(backend, 16)
  expect(() => scratch(backend, 1_000)).toThrow(BackendMemoryError)
  expect(scratch(backend, 16)).toBe(128)
  expect(scratch(backend, 16)).toBe(128)
})

test('an address above 2 GiB is one, not a negative number', () => {
  expect(scratch(allocating(-16), 8)).toBe(2 ** 32 - 16)
})
