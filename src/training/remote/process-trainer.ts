import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { frozenOf } from '../../parameters/frozen.ts'
import { backendKind } from '../backend.ts'
import type { Devices } from '../backends/backend-kind.ts'
import { createExclusive } from '../exclusive.ts'
import type { TrainerOptions } from '../trainer-options.ts'
import { changingNumbers, watchNumbers } from './changed-numbers.ts'
import { createConversation } from './conversation.ts'
import type { ProcessCall, ProcessReply, Result, TrainerMethod } from './process-messages.ts'
import type { RemoteTrainer } from './remote-trainer.ts'

/** A trainer in a process of its own. */
export interface ProcessTrainer extends RemoteTrainer {
  readonly devices: Devices
}

/**
 * Trains in a process of its own, as GPUs need it: CUDA reads which GPU to use from the environment of its process, once,
 * and Dawn aborts the process when one of its threads is ended while a result is on its way. Parameters, updates and
 * datasets are copied as they cross, and numbers that may change, such as the maps of datasets, again once they have; where nothing needs a process,
 * a thread is the cheaper choice.
 *
 * @param options with the name of a backend
 * @param watch.onStderr given what the process writes to stderr, which otherwise goes to this one's
 * @param watch.signal ends the process at once
 * @throws what went wrong there, TrainerDiedError where the process ended
 */
export async function createProcessTrainer(
  options: TrainerOptions,
  { onStderr, signal }: { readonly onStderr?: (text: string) => void; readonly signal?: AbortSignal } = {},
): Promise<ProcessTrainer> {
  // The file beside this one is `.ts` in the sources and `.js` once built.
  const file = fileURLToPath(new URL(`./trainer-process${extname(import.meta.url)}`, import.meta.url))
  const child = fork(file, {
    // Keeps vectors vectors, and copies those in shared memory.
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, ...backendKind(options.backend).environment?.(options.gpu) },
    // Output of native libraries must not get into this process's own.
    stdio: ['ignore', 2, onStderr === undefined ? 2 : 'pipe', 'ipc'],
    signal,
    killSignal: 'SIGKILL',
  })
  const exited = once(child, 'exit').catch(() => {})
  child.stderr?.setEncoding('utf8').on('data', onStderr ?? (() => {}))

  const exclusive = createExclusive()
  const changedNumbers = watchNumbers(changingNumbers(options))
  // The end of the process says more than a message that did not arrive.
  const { died, ask, onReply, onEnd, close } = createConversation<TrainerOptions | ProcessCall, ProcessReply>(
    'process',
    message => child.send(message, () => {}),
  )
  child.on('message', onReply)
  child.on('error', error => onEnd(`: ${error.message}`))
  child.on('close', (code, by) => onEnd(by === null ? `with exit code ${code}` : `by ${by}`))

  async function stop(): Promise<void> {
    close()
    // At once, as a thread ends: native libraries that are asked to clean up may not come back.
    child.kill('SIGKILL')
    await exited
  }

  async function call<M extends TrainerMethod>(method: M, ...given: readonly unknown[]): Promise<Result<M>> {
    const reply = await exclusive.run(() => ask({ method, arguments: given, numbers: changedNumbers() }))
    return (reply as Extract<ProcessReply, { kind: 'result' }>).value as Result<M>
  }

  try {
    const ready = (await ask(options)) as Extract<ProcessReply, { kind: 'ready' }>
    const { layout, backend, trainerKind: kind, threads, samples, devices, frozen, begins, judges } = ready
    return {
      layout,
      backend,
      kind,
      threads,
      samples,
      devices,
      frozen,
      died,
      ...(begins && {
        async begin(weights: Float32Array) {
          await call('begin', weights)
          frozen?.values.set(frozenOf(frozen.layout, weights))
        },
      }),
      initial: () => call('initial'),
      train: (parameters, steps, before) => call('train', parameters, steps, before),
      evaluate: (parameters, most) => call('evaluate', parameters, most),
      ...(judges && { judge: (parameters: Float32Array) => call('judge', parameters) }),
      state: () => call('state'),
      restore: state => call('restore', state),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
