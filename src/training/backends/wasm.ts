import { fileURLToPath } from 'node:url'
import { type BackendKind, NO_DEVICES } from './backend-kind.ts'

/** WebAssembly with SIMD, in one thread: TensorFlow.js starts no threads of its own in Node. Peers are the parallelism. */
export const wasm: BackendKind = {
  name: 'wasm',
  registeredName: 'wasm',
  packages: [],
  gpu: false,
  async load() {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    // Brings the gradients, of which the training kernels replace some.
    await import('@tensorflow/tfjs-layers')
    const { registerTrainingKernels } = await import('../kernels/register.ts')
    setWasmPaths(fileURLToPath(new URL('.', import.meta.resolve('@tensorflow/tfjs-backend-wasm'))))
    registerTrainingKernels()
    return NO_DEVICES
  },
  explain: reason => ({ reason, remedy: 'reinstall hearsay, and see whether WebAssembly is switched off in Node.js' }),
}
