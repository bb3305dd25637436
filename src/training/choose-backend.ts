import { UsageError } from '../errors.ts'
import { AUTO, backendKind, parseBackend } from './backend.ts'
import { type BackendKind, type Devices, NO_DEVICES } from './backends/backend-kind.ts'
import { BACKENDS } from './backends/registry.ts'
import { BackendUnavailableError } from './errors.ts'
import { type BackendTrial, tryBackend } from './try-backend.ts'

/** The backend that trains, and why no better one does. */
export interface BackendChoice {
  readonly name: string
  readonly devices: Devices
  /** Those that are installed and would be better, with the reason why they are not used: a sentence each. */
  readonly skipped: readonly string[]
}

/** The index of a backend's GPU, counted from 0, or any that it prefers. */
export type GpuWish = number | 'any'

/** Tries one backend, as {@link tryBackend} does. */
type Try = (name: string, gpu?: number) => Promise<BackendTrial>

const choices = new Map<string, Promise<BackendChoice>>()

/**
 * Chooses the backend, once per process: threads then get its name. Only backends that the user has installed are tried;
 * those that come with hearsay are taken without.
 *
 * @param text the name of a backend, or `auto` for the best that works
 * @param gpu requires a backend that computes on GPUs: the index of the one to use, or `any`
 * @throws UsageError for an unknown name, and where a GPU is asked of a backend that uses none; BackendUnavailableError
 *   where the one that was named does not work here
 */
export function chooseBackend(text: string, gpu?: GpuWish): Promise<BackendChoice> {
  const key = `${text}/${gpu}`
  const choice = choices.get(key) ?? choose(text, gpu, tryBackend).then(prepareProcess)
  choices.set(key, choice)
  return choice
}

/** {@link chooseBackend} without its memory, and with any way to try. */
export async function choose(text: string, gpu: GpuWish | undefined, attempt: Try): Promise<BackendChoice> {
  parseBackend(text)
  if (text === AUTO) return await chooseBest(gpu, attempt)
  const kind = backendKind(text)
  if (gpu !== undefined && !kind.gpu)
    throw new UsageError(`the backend ${text} uses no GPU: ${GPU_BACKENDS} do; name one of these, or leave out --gpu`)
  if (kind.packages.length === 0) return untried(kind)
  const trial = await attempt(text, numbered(gpu))
  if (trial.outcome === 'works') return { name: text, devices: trial.devices, skipped: [] }
  const others = await working(
    BACKENDS.filter(other => other !== kind),
    attempt,
  )
  throw new BackendUnavailableError(`${describe(kind, trial)}. These work here: ${others.join(', ')}`)
}

async function chooseBest(gpu: GpuWish | undefined, attempt: Try): Promise<BackendChoice> {
  const skipped: string[] = []
  for (const kind of BACKENDS) {
    if (gpu !== undefined && !kind.gpu) continue
    if (kind.packages.length === 0) return { ...untried(kind), skipped }
    const trial = await attempt(kind.name, numbered(gpu))
    if (trial.outcome === 'works') {
      const { device, software } = trial.devices
      if (!software) return { name: kind.name, devices: trial.devices, skipped }
      skipped.push(`${device} is a program, slower than wasm: only --backend ${kind.name} uses it`)
    }
    if (trial.outcome === 'broken') skipped.push(describe(kind, trial))
  }
  throw new BackendUnavailableError(
    [
      `no backend can compute on ${gpu === 'any' ? 'a GPU' : `GPU ${gpu}`} here`,
      ...skipped,
      'without --gpu the CPU computes; hearsay doctor tries every backend',
    ].join('; '),
  )
}

const numbered = (gpu: GpuWish | undefined) => (gpu === 'any' ? undefined : gpu)

const GPU_BACKENDS = BACKENDS.filter(({ gpu }) => gpu)
  .map(({ name }) => name)
  .join(' and ')

const untried = ({ name }: BackendKind): BackendChoice => ({ name, devices: NO_DEVICES, skipped: [] })

async function working(kinds: readonly BackendKind[], attempt: Try): Promise<readonly string[]> {
  const names: string[] = []
  for (const { name } of kinds) if ((await attempt(name)).outcome === 'works') names.push(name)
  return names
}

function describe({ name }: BackendKind, { reason, remedy }: Exclude<BackendTrial, { outcome: 'works' }>): string {
  return `the backend ${name} does not work here: ${reason}. What to do: ${remedy}`
}

/**
 * Prepares this process for the native library that it will load, as a simulation does: the library reads its settings from
 * the environment, once. Processes of trainers inherit that, and their own environment says which GPU is theirs.
 */
export function prepareProcess(choice: BackendChoice): BackendChoice {
  const { environment } = backendKind(choice.name)
  for (const [name, value] of Object.entries(environment?.(undefined) ?? {})) process.env[name] ??= value
  return choice
}
