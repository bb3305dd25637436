import { BACKENDS as FORMS, formsOf } from '../../catalogue.ts'
import type { BackendKind } from './backend-kind.ts'
import { cpu } from './cpu.ts'
import { tfjsNode } from './tfjs-node.ts'
import { tfjsNodeGpu } from './tfjs-node-gpu.ts'
import { wasm } from './wasm.ts'
import { webgpu } from './webgpu.ts'

// A new backend is one file in this folder, one entry here, and one line in the catalogue.

const kinds: Readonly<Record<keyof typeof FORMS, BackendKind>> = {
  'tfjs-node-gpu': tfjsNodeGpu,
  webgpu,
  'tfjs-node': tfjsNode,
  wasm,
  cpu,
}

/** The names of all backends, the best first. */
export const backendNames = formsOf(FORMS)

/** All backends, best first: the order in which one is chosen. */
export const BACKENDS: readonly BackendKind[] = backendNames.map(name => kinds[name])
