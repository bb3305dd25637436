import { fileURLToPath } from 'node:url'
import { UsageError } from '../errors.ts'
import { BackendUnavailableError } from './errors.ts'

/** Loads the package of a backend, so that TensorFlow.js can start it. A new backend is one entry. */
interface BackendPackage {
  /** What TensorFlow.js calls it. */
  readonly registeredName: string
  register(): Promise<void>
}

const BACKENDS: Readonly<Record<string, BackendPackage>> = {
  // WebAssembly with SIMD, in one thread: TensorFlow.js starts no threads of its own in Node. Peers are the parallelism.
  wasm: {
    registeredName: 'wasm',
    async register() {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
      const { registerTrainingKernels } = await import('./kernels/register.ts')
      setWasmPaths(fileURLToPath(new URL('.', import.meta.resolve('@tensorflow/tfjs-backend-wasm'))))
      registerTrainingKernels()
    },
  },
  // Plain JavaScript: slow, and works wherever Node does.
  cpu: {
    registeredName: 'cpu',
    async register() {
      await import('@tensorflow/tfjs-backend-cpu')
    },
  },
}

/** What computes where nobody chose: it needs nothing installed and is the faster of those. */
export const DEFAULT_BACKEND = 'wasm'

/**
 * Checks the name of a backend. Does not load TensorFlow.js.
 *
 * @throws UsageError listing what is accepted
 */
export function parseBackend(text: string): string {
  if (Object.hasOwn(BACKENDS, text)) return text
  throw new UsageError(`unknown backend '${text}': accepted are ${Object.keys(BACKENDS).join(', ')}`)
}

/** A backend that runs in this thread. */
interface Backend {
  readonly name: string
  /** Makes it the one that computes in this thread from now on, beside others that were started. */
  select(): void
}

const started = new Map<string, Promise<Backend>>()
// TensorFlow.js confuses two backends that start at the same time.
let lastStart: Promise<unknown> = Promise.resolve()

/**
 * Starts a backend in this thread, main or worker. Starting it again is free.
 *
 * @throws UsageError for an unknown name, BackendUnavailableError where it does not start on this machine
 */
export function startBackend(text: string): Promise<Backend> {
  const name = parseBackend(text)
  const running = started.get(name)
  if (running !== undefined) return running
  const starting = lastStart.then(() => start(name))
  started.set(name, starting)
  lastStart = starting.catch(() => {})
  return starting
}

async function start(name: string): Promise<Backend> {
  const { registeredName, register } = BACKENDS[name]
  const tf = await import('@tensorflow/tfjs-core')
  // Silences the banner that recommends another backend, which the user has already chosen against.
  tf.enableProdMode()
  const restoreListeners = keepProcessListeners()
  try {
    await register()
    if (!(await tf.setBackend(registeredName))) {
      throw new BackendUnavailableError(`the backend '${name}' does not start on this machine: choose another one`)
    }
  } finally {
    restoreListeners()
  }
  return {
    name,
    select() {
      // Asynchronous only until the backend has started.
      if (tf.getBackend() !== registeredName) void tf.setBackend(registeredName)
    },
  }
}

/**
 * Emscripten's start-up code, inside the wasm backend, installs listeners that rethrow every unhandled error of the
 * process. What to do with those is the application's business.
 *
 * @returns a function that removes the listeners added meanwhile
 */
function keepProcessListeners(): () => void {
  const exceptions = process.listeners('uncaughtException')
  const rejections = process.listeners('unhandledRejection')
  return () => {
    for (const listener of process.listeners('uncaughtException')) {
      if (!exceptions.includes(listener)) process.removeListener('uncaughtException', listener)
    }
    for (const listener of process.listeners('unhandledRejection')) {
      if (!rejections.includes(listener)) process.removeListener('unhandledRejection', listener)
    }
  }
}
