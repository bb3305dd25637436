import type { BackendKind } from './backend-kind.ts'
import { cpu } from './cpu.ts'
import { tfjsNode } from './tfjs-node.ts'
import { tfjsNodeGpu } from './tfjs-node-gpu.ts'
import { wasm } from './wasm.ts'
import { webgpu } from './webgpu.ts'

/** All backends, best first: the order in which one is chosen. A new one is one entry here. */
export const BACKENDS: readonly BackendKind[] = [tfjsNodeGpu, webgpu, tfjsNode, wasm, cpu]

export const backendNames = BACKENDS.map(({ name }) => name)
