import type { BackendKind, Devices, Fault } from './backend-kind.ts'
import { openDawn } from './dawn.ts'

const PACKAGES = ['webgpu', '@tensorflow/tfjs-backend-webgpu']

const DRIVERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "install libvulkan1 and the GPU's driver: mesa-vulkan-drivers for AMD and Intel, or NVIDIA's own",
  darwin: 'Metal needs a Mac that has a GPU, and a session that may use it',
  win32: "install the GPU's driver, with Direct3D 12",
}

/** Any vendor's GPU, through Dawn: Vulkan, Metal or Direct3D 12. */
export const webgpu: BackendKind = {
  name: 'webgpu',
  registeredName: 'webgpu',
  packages: PACKAGES,
  gpu: true,
  async load(gpu): Promise<Devices> {
    const { device, software, all } = await openDawn(gpu)
    // Registers itself, and only where it finds the device.
    await import('@tensorflow/tfjs-backend-webgpu')
    return { device, software, all }
  },
  explain,
}

function explain(reason: string): Fault {
  if (/finds no GPU/.test(reason)) {
    return { reason, remedy: DRIVERS[process.platform] ?? "install the GPU's driver" }
  }
  if (/there is no GPU/.test(reason)) return { reason, remedy: 'choose another with --gpu N' }
  return { reason, remedy: `install both again: npm install ${PACKAGES.join(' ')}` }
}
