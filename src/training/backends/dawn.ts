import type { Devices } from './backend-kind.ts'

/** Name of an adapter that no machine has: Dawn answers with the names of those that there are. */
const NO_SUCH_ADAPTER = 'none of these'

/** Held for as long as the thread lives: Dawn ends with the object, and would take its devices along. */
let held: GPU | undefined

/**
 * Gives this thread `navigator.gpu`, as browsers have it, from Dawn's build for Node.
 *
 * @param gpu which of the adapters, counted from 0; undefined for the one that the system prefers
 * @throws an error that says what is there, where that one is not
 */
export async function openDawn(gpu: number | undefined): Promise<Devices> {
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  const names = await adapterNames(create([`adapter=${NO_SUCH_ADAPTER}`]))
  const all = distinguishable(names)
  if (gpu !== undefined && gpu >= all.length) throw new Error(noSuchGpu(gpu, names, all))
  held = create(gpu === undefined ? [] : [`adapter=${all[gpu]}`])
  // The preference is that of tfjs-backend-webgpu, which asks again.
  const adapter = await held.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) throw new Error('Dawn finds no GPU')
  Object.defineProperty(navigator, 'gpu', { value: held, configurable: true })
  const { device, isFallbackAdapter } = adapter.info
  return { device: all.find(name => infoName(name) === device) ?? device, software: isFallbackAdapter, all }
}

/** An adapter's name as it stands in its information: `swiftshader-device-subzero-` for `SwiftShader Device (Subzero)`. */
function infoName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

/** The names of the adapters, each once: one GPU may be reached in several ways. */
async function adapterNames(dawn: GPU): Promise<readonly string[]> {
  try {
    await dawn.requestAdapter()
    return []
  } catch (error) {
    return namesIn(error instanceof Error ? error.message : '')
  }
}

/** @param message `… * backend: 'vulkan', name: 'One'`, a line for each adapter */
export function namesIn(message: string): readonly string[] {
  return [...message.matchAll(/^ \* backend: '[^']*', name: '(.*)'$/gm)].map(([, name]) => name)
}

/**
 * Those that can be asked for. Dawn takes the first adapter whose name contains the one that is given, so a second card of
 * the same model cannot be reached.
 */
export function distinguishable(names: readonly string[]): readonly string[] {
  return names.filter((name, i) => !names.slice(0, i).some(earlier => earlier.includes(name)))
}

function noSuchGpu(gpu: number, names: readonly string[], all: readonly string[]): string {
  if (names.length === 0) return 'Dawn finds no GPU'
  const listed = all.map((name, i) => `${i} (${name})`).join(', ')
  const alike =
    names.length > all.length ? '; Dawn knows GPUs by their names, and cannot tell those of one name apart' : ''
  return `there is no GPU ${gpu}, only ${listed}${alike}`
}
