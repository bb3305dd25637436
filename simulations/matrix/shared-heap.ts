/**
 * The memory of peers' vectors: one WebAssembly memory that all threads share, so that nothing is copied between threads,
 * and kernels find everything by its address.
 *
 * @packageDocumentation
 */

import { UsageError } from '../../src/errors.ts'

/** 32-bit addresses reach so far. */
export const MOST_BYTES = 2 ** 32

const PAGE = 65_536

/** Addresses that SIMD loads like. */
const ALIGNMENT = 16

/** Bytes behind whatever is taken: kernels read whole vectors, past the end of parameters whose last row is one number. */
const SLACK = 16

/** Bytes that a thread takes when it has none left: large beside most vectors, so that threads seldom take. */
const CHUNK = 2 ** 20

/** One thread's part of the memory. Nothing is given back: a swarm ends with its memory. */
export interface SharedHeap {
  /** Address of so many bytes, zeros. @throws UsageError where the memory is full */
  take(bytes: number): number
  /** Zeros. @throws UsageError where the memory is full */
  floats(length: number): Float32Array
  /** Zeros. @throws UsageError where the memory is full */
  doubles(length: number): Float64Array
  /** Zeros. @throws UsageError where the memory is full */
  integers(length: number): Int32Array
  /** Views of what any thread keeps at an address. */
  floatsAt(address: number, length: number): Float32Array
  doublesAt(address: number, length: number): Float64Array
}

export function createSharedMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: MOST_BYTES / PAGE, shared: true })
}

/** Bytes that so many take up, with the padding behind them. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

export function createHeap(memory: WebAssembly.Memory): SharedHeap {
  let next = 0
  let end = 0

  function take(bytes: number): number {
    const size = aligned(bytes)
    if (end - next < size + SLACK) {
      const pages = Math.ceil(Math.max(size + SLACK, CHUNK) / PAGE)
      next = grow(pages) * PAGE
      end = next + pages * PAGE
    }
    const address = next
    next += size
    return address
  }

  function grow(pages: number): number {
    try {
      // Atomic: two threads never get the same pages.
      return memory.grow(pages)
    } catch {
      throw new UsageError(
        `this swarm needs more than the ${MOST_BYTES / 2 ** 30} GiB of one memory: take fewer peers, a smaller model, or a rule that remembers less`,
      )
    }
  }

  /** A view on the memory stays valid as the memory grows; one of a part that another thread has added needs a new look. */
  function bufferUpTo(address: number): ArrayBufferLike {
    if (memory.buffer.byteLength < address) memory.grow(0)
    return memory.buffer
  }

  const floatsAt = (address: number, length: number) =>
    new Float32Array(bufferUpTo(address + length * 4), address, length)
  const doublesAt = (address: number, length: number) =>
    new Float64Array(bufferUpTo(address + length * 8), address, length)

  return {
    take,
    floats: length => floatsAt(take(length * 4), length),
    doubles: length => doublesAt(take(length * 8), length),
    integers(length) {
      const address = take(length * 4)
      return new Int32Array(memory.buffer, address, length)
    },
    floatsAt,
    doublesAt,
  }
}
