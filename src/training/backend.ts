import { UsageError } from '../errors.ts'
import type { BackendKind, Devices } from './backends/backend-kind.ts'
import { keepProcessListeners } from './backends/process-listeners.ts'
import { BACKENDS } from './backends/registry.ts'
import { BackendUnavailableError } from './errors.ts'

/** The name that leaves the choice to {@link chooseBackend}. */
export const AUTO = 'auto'

/** The backend where none is named and none is tried: it needs nothing installed and is the fastest of those. */
export const DEFAULT_BACKEND = 'wasm'

/**
 * Checks the name of a backend, or `auto`. Does not load TensorFlow.js.
 *
 * @throws UsageError listing what is accepted
 */
export function parseBackend(text: string): string {
  if (text !== AUTO) backendKind(text, [AUTO])
  return text
}

/**
 * @param besides what else is accepted in its place
 * @throws UsageError listing what is accepted
 */
export function backendKind(name: string, besides: readonly string[] = []): BackendKind {
  const kind = BACKENDS.find(each => each.name === name)
  if (kind !== undefined) return kind
  const accepted = [...besides, ...BACKENDS.map(each => each.name)].join(', ')
  throw new UsageError(`unknown backend '${name}': accepted are ${accepted}`)
}

/** A backend that runs in this thread. */
interface Backend {
  readonly name: string
  readonly devices: Devices
  /** Makes it the one that computes in this thread from now on, beside others that were started. */
  select(): void
}

const started = new Map<string, Promise<Backend>>()
// TensorFlow.js confuses two backends that start at the same time.
let lastStart: Promise<unknown> = Promise.resolve()

/**
 * Starts a backend in this thread, main or worker. Starting it again is free, and finds it on the GPU that it has.
 *
 * @param gpu which GPU, counted from 0, for those whose GPU is not a matter of their process
 * @throws UsageError for an unknown name; BackendUnavailableError, with the reason as its cause, where it does not start
 */
export function startBackend(name: string, gpu?: number): Promise<Backend> {
  const kind = backendKind(name)
  const running = started.get(name)
  if (running !== undefined) return running
  const starting = lastStart.then(() => start(kind, gpu))
  started.set(name, starting)
  lastStart = starting.catch(() => {})
  return starting
}

async function start(kind: BackendKind, gpu: number | undefined): Promise<Backend> {
  const { name, registeredName } = kind
  const restoreListeners = keepProcessListeners()
  try {
    const devices = await kind.load(gpu)
    const tf = await import('@tensorflow/tfjs-core')
    // Silences the banner that recommends another backend, which the user has already chosen against.
    tf.enableProdMode()
    if (!(await tf.setBackend(registeredName))) throw new Error('TensorFlow.js could not start it')
    return {
      name,
      devices,
      select() {
        // Asynchronous only until the backend has started.
        if (tf.getBackend() !== registeredName) void tf.setBackend(registeredName)
      },
    }
  } catch (cause) {
    const { reason, remedy } = kind.explain(cause instanceof Error ? cause.message : String(cause), '')
    throw new BackendUnavailableError(`the backend '${name}' does not work here: ${reason}. What to do: ${remedy}`, {
      cause,
    })
  } finally {
    restoreListeners()
  }
}
