import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * The variables that make one GPU the only one that a process sees. Where the user has narrowed the choice already, N
 * counts within that.
 *
 * @param gpu counted from 0, in the order of nvidia-smi; undefined for all of them
 */
export function cudaEnvironment(gpu: number | undefined, env: NodeJS.ProcessEnv): Record<string, string> {
  // TensorFlow takes all of a GPU's memory unless it is told to grow, and several peers may share one.
  const common = { TF_FORCE_GPU_ALLOW_GROWTH: 'true' }
  if (gpu === undefined) return common
  const visible = visibleDevices(env)
  return {
    ...common,
    // CUDA's own order is by speed, which is not what nvidia-smi shows.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    // One that does not exist hides all, and so is found when TensorFlow sees none.
    CUDA_VISIBLE_DEVICES: visible === undefined ? String(gpu) : (visible[gpu] ?? '-1'),
  }
}

/** The names of the GPUs that this process may use, as the driver tells them; none where it does not. */
export async function listCudaDevices(): Promise<readonly string[]> {
  let printed: string
  try {
    printed = (await promisify(execFile)('nvidia-smi', ['--query-gpu=index,uuid,name', '--format=csv,noheader'])).stdout
  } catch {
    return []
  }
  return visibleNames(printed, process.env)
}

/** @param printed lines of `index, uuid, name`, as nvidia-smi prints them */
export function visibleNames(printed: string, env: NodeJS.ProcessEnv): readonly string[] {
  const devices = printed
    .trim()
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split(', '))
    .map(([index, uuid, ...name]) => ({ index, uuid, name: name.join(', ') }))
  const visible = visibleDevices(env)
  if (visible === undefined) return devices.map(({ name }) => name)
  return visible.flatMap(id => devices.find(({ index, uuid }) => id === index || uuid.startsWith(id))?.name ?? [])
}

/** The devices that CUDA reads from its variable: indices or the beginnings of UUIDs. */
function visibleDevices({ CUDA_VISIBLE_DEVICES: text }: NodeJS.ProcessEnv): readonly string[] | undefined {
  return text
    ?.split(',')
    .map(id => id.trim())
    .filter(id => id !== '')
}
