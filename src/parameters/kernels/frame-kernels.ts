import { readFileSync } from 'node:fs'

/** The exports of `assembly/frames.ts`: addresses, in bytes, in one memory, and lengths, as documented there. */
export interface FrameKernels {
  difference(own: number, theirs: number, weight: number, out: number, length: number): number
  squares(x: number, length: number): number
  add(target: number, x: number, length: number): void
  sketch(
    values: number,
    first: number,
    length: number,
    buckets: number,
    key: number,
    signKey: number,
    sums: number,
  ): void
  /** The checksum as a signed number. */
  checksum(bytes: number, length: number): number
}

let compiled: WebAssembly.Module | undefined

export function frameKernels(memory: WebAssembly.Memory): FrameKernels {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./frames.wasm', import.meta.url)))
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as FrameKernels
}
