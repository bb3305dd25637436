import { afterEach, expect, test, vi } from 'vitest'
import { NO_DEVICES } from '../../../src/training/backends/backend-kind.ts'
import { backendNames } from '../../../src/training/backends/registry.ts'
import { choose, prepareProcess } from '../../../src/training/choose-backend.ts'
import type { BackendTrial } from '../../../src/training/try-backend.ts'

afterEach(() => vi.unstubAllEnvs())

const works: BackendTrial = { outcome: 'works', devices: NO_DEVICES, milliseconds: 1 }
const absent: BackendTrial = { outcome: 'not installed', reason: 'not installed', remedy: 'npm install it' }
const broken: BackendTrial = { outcome: 'broken', reason: 'no driver', remedy: 'install one' }
const onGpu = (device: string, software = false): BackendTrial => ({
  outcome: 'works',
  devices: { device, software, all: [device] },
  milliseconds: 1,
})

/** A machine on which these backends end so, the others that are not part of hearsay being absent. */
function machine(outcomes: Readonly<Record<string, BackendTrial>>) {
  const tried: string[] = []
  const attempt = async (name: string, gpu?: number) => {
    tried.push(gpu === undefined ? name : `${name} ${gpu}`)
    return outcomes[name] ?? (name === 'wasm' || name === 'cpu' ? works : absent)
  }
  return { tried, attempt }
}

test('where nothing is installed, auto takes wasm and says nothing', async () => {
  const { attempt } = machine({})
  expect(await choose('auto', undefined, attempt)).toEqual({ name: 'wasm', devices: NO_DEVICES, skipped: [] })
})

test('auto takes the best that works, and tries nothing behind it', async () => {
  const { attempt, tried } = machine({ webgpu: onGpu('A GPU'), 'tfjs-node': works })
  const { name, devices } = await choose('auto', undefined, attempt)
  expect([name, devices.device]).toEqual(['webgpu', 'A GPU'])
  expect(tried).toEqual(backendNames.slice(0, backendNames.indexOf('webgpu') + 1))
})

test('auto passes over what is broken, and keeps the reason and the remedy', async () => {
  const { attempt } = machine({ webgpu: broken })
  const { name, skipped } = await choose('auto', undefined, attempt)
  expect(name).toBe('wasm')
  expect(skipped).toEqual([expect.stringMatching(/webgpu.*no driver.*install one/)])
})

test('auto passes over a GPU that is a program; who names its backend gets it', async () => {
  const { attempt } = machine({ webgpu: onGpu('SwiftShader', true) })
  const { name, skipped } = await choose('auto', undefined, attempt)
  expect(name).toBe('wasm')
  expect(skipped).toEqual([expect.stringContaining('SwiftShader')])
  expect((await choose('webgpu', undefined, attempt)).name).toBe('webgpu')
})

test('what comes with hearsay is taken without a trial', async () => {
  const { attempt, tried } = machine({})
  await choose('wasm', undefined, attempt)
  await choose('cpu', undefined, attempt)
  expect(tried).toEqual([])
})

test.each([
  ['is broken', broken, /webgpu.*no driver.*install one.*work here: wasm, cpu$/],
  ['is not installed', absent, /webgpu.*not installed.*npm install it.*work here: wasm, cpu$/],
])(
  'a named backend that %s is refused, with the reason, the remedy and what works',
  async (_what, outcome, message) => {
    const { attempt } = machine({ webgpu: outcome })
    const refused = choose('webgpu', undefined, attempt)
    await expect(refused).rejects.toMatchObject({
      name: 'BackendUnavailableError',
      message: expect.stringMatching(message),
    })
  },
)

test('a chosen GPU is asked of backends that have any, and reaches the trial', async () => {
  const { attempt, tried } = machine({ 'tfjs-node-gpu': broken, webgpu: onGpu('A GPU'), 'tfjs-node': works })
  expect((await choose('auto', 1, attempt)).name).toBe('webgpu')
  expect(tried).toEqual(['tfjs-node-gpu 1', 'webgpu 1'])
})

test('any GPU is tried without a number', async () => {
  const { attempt, tried } = machine({ webgpu: onGpu('A GPU') })
  await choose('webgpu', 'any', attempt)
  expect(tried).toEqual(['webgpu'])
})

test('where a GPU was asked for and none works, nothing else is taken in its place', async () => {
  const { attempt } = machine({ webgpu: broken, 'tfjs-node': works })
  const refused = choose('auto', 'any', attempt)
  await expect(refused).rejects.toMatchObject({
    name: 'BackendUnavailableError',
    message: expect.stringMatching(/on a GPU.*webgpu.*no driver/),
  })
})

test('a GPU of a backend that has none is a wrong usage', async () => {
  const { attempt } = machine({})
  await expect(choose('wasm', 0, attempt)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(/wasm uses no GPU/),
  })
})

test('an unknown name is refused with those that are known', async () => {
  const { attempt } = machine({})
  const message = new RegExp(`'gpu': accepted are auto, ${backendNames.join(', ')}$`)
  await expect(choose('gpu', undefined, attempt)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(message),
  })
})

test('a process that trains on a GPU itself is told to share it, and not which one', () => {
  for (const name of ['TF_FORCE_GPU_ALLOW_GROWTH', 'CUDA_VISIBLE_DEVICES']) vi.stubEnv(name, undefined)
  prepareProcess({ name: 'tfjs-node-gpu', devices: NO_DEVICES, skipped: [] })
  expect(process.env.TF_FORCE_GPU_ALLOW_GROWTH).toBe('true')
  expect(process.env.CUDA_VISIBLE_DEVICES).toBeUndefined()
})

test('what the user has set in the environment stays', () => {
  vi.stubEnv('TF_FORCE_GPU_ALLOW_GROWTH', 'false')
  prepareProcess({ name: 'tfjs-node-gpu', devices: NO_DEVICES, skipped: [] })
  expect(process.env.TF_FORCE_GPU_ALLOW_GROWTH).toBe('false')
})
