import type { BackendKind, Fault } from './backend-kind.ts'
import { cudaEnvironment, listCudaDevices } from './cuda-devices.ts'
import { ADDON_REGISTERED_NAME, loadAddon, QUIET, remedyForAddon } from './tensorflow-addon.ts'

const PACKAGE = '@tensorflow/tfjs-node-gpu'

/** The CUDA of TensorFlow 2.9.1, which the package's version 4.22 is built against. */
const CUDA = 'CUDA 11.2 and cuDNN 8.1'

const NO_GPU = 'TensorFlow loads, but sees no CUDA GPU that it can use'

/** TensorFlow's C library on NVIDIA's GPUs. */
export const tfjsNodeGpu: BackendKind = {
  name: 'tfjs-node-gpu',
  registeredName: ADDON_REGISTERED_NAME,
  packages: [PACKAGE],
  gpu: true,
  environment: gpu => ({ ...QUIET, ...cudaEnvironment(gpu, process.env) }),
  async load() {
    // The environment of this process names the GPU that was chosen, and hides the others from the list below.
    if (!(await loadAddon(PACKAGE))) throw new Error(NO_GPU)
    const all = await listCudaDevices()
    return { device: all[0] ?? 'a CUDA GPU', software: false, all }
  },
  explain,
}

function explain(reason: string, stderr: string): Fault {
  const missing = [...stderr.matchAll(/Could not load dynamic library '([^']+)'/g)].map(([, library]) => library)
  // Without its driver's own library there is no GPU, whatever else is installed.
  if (missing.some(library => library.startsWith('libcuda.'))) {
    return {
      reason: `${NO_GPU}: NVIDIA's driver is not installed`,
      remedy: `install NVIDIA's driver, ${CUDA}; or for another GPU: npm install webgpu @tensorflow/tfjs-backend-webgpu`,
    }
  }
  if (missing.length > 0) {
    return {
      reason: `${NO_GPU}: cannot load ${[...new Set(missing)].join(', ')}`,
      remedy: `install ${CUDA}, the versions that this package is built for, and name their folder in LD_LIBRARY_PATH`,
    }
  }
  const library = /(libcu[\w+.-]+\.so[.\d]*): cannot open shared object/.exec(reason)?.[1]
  if (library !== undefined) {
    return { reason, remedy: `install ${CUDA}, and name the folder of ${library} in LD_LIBRARY_PATH` }
  }
  return { reason, remedy: remedyForAddon(PACKAGE, reason) ?? `see that nvidia-smi shows a GPU, and install ${CUDA}` }
}
