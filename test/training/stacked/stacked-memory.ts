const PAGE = 65_536
const ALIGNMENT = 16

/** A memory that threads could share, and what hands out its parts, one after the other. */
export function stackedMemory(mebibytes = 32) {
  const bytes = mebibytes * 2 ** 20
  const memory = new WebAssembly.Memory({ initial: bytes / PAGE, maximum: PAGE, shared: true })
  let next = 0
  const allocate = (size: number) => {
    const address = next
    next += Math.ceil(size / ALIGNMENT) * ALIGNMENT
    if (next > bytes) throw new RangeError(`the test needs more than ${mebibytes} MiB`)
    return address
  }
  return {
    memory,
    allocate,
    /** A vector of so many numbers. */
    floats: (length: number) => new Float32Array(memory.buffer, allocate(4 * length), length),
  }
}
