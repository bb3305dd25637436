import { readFileSync } from 'node:fs'

/**
 * Compiles one of the binaries beside this file: where there are two, the one with fused multiply-add if the engine has
 * relaxed SIMD, else the one that rounds twice.
 */
export function loadBinary(name: 'training' | 'stacked' | 'mixing'): WebAssembly.Module {
  const fused = readFileSync(new URL(`./${name}.wasm`, import.meta.url))
  if (WebAssembly.validate(fused)) return new WebAssembly.Module(fused)
  return new WebAssembly.Module(readFileSync(new URL(`./${name}-strict.wasm`, import.meta.url)))
}
