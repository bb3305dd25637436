import { BackendMemoryError } from '../errors.ts'

/** 32-bit addresses reach so far. */
const MOST_PAGES = 65_536
const PAGE = 65_536

/** Addresses that SIMD loads like. */
const ALIGNMENT = 16

/** Bytes that stay free behind whatever is taken: kernels read whole vectors. */
const SLACK = 16

/** A memory of one trainer, which hands out its parts one after the other. */
export interface Arena {
  readonly memory: WebAssembly.Memory
  /** Address of so many bytes, zeros, a multiple of 16. @throws BackendMemoryError where the memory is full */
  readonly allocate: (bytes: number) => number
  /** Where the next part will begin. */
  mark(): number
  /** Gives back all that was allocated since {@link mark} gave this address. */
  rewind(address: number): void
}

/** Takes pages as they are needed: addresses are reserved for all that fit, and cost nothing. */
export function createArena(): Arena {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true })
  let next = 0
  return {
    memory,
    allocate(bytes) {
      const address = next
      const end = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT
      const missing = end + SLACK - memory.buffer.byteLength
      if (missing > 0) grow(memory, Math.ceil(missing / PAGE))
      next = end
      return address
    },
    mark: () => next,
    rewind(address) {
      new Uint8Array(memory.buffer, address, next - address).fill(0)
      next = address
    },
  }
}

function grow(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages)
  } catch (cause) {
    const gibibytes = (MOST_PAGES * PAGE) / 2 ** 30
    throw new BackendMemoryError(`training needs more than the ${gibibytes} GiB of one memory: take a smaller model`, {
      cause,
    })
  }
}
